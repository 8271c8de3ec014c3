using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Logins.Tests;

/// <summary>RabbitMQ's seconds, which MassTransit reads as milliseconds, and times that only look like them.</summary>
public sealed class RawLoginMessageContextTests
{
    [Theory]
    [InlineData("1970-01-11T22:58:04.800Z", "2000-01-01T00:00:00Z")]
    [InlineData("1970-01-21T10:42:30.400Z", "2025-12-24T04:26:40Z")]
    [InlineData("1970-01-21T10:55:26.400Z", "2026-01-02T04:00:00Z")]
    public void Seconds_that_MassTransit_read_as_milliseconds_are_corrected(string reported, string sent) =>
        Assert.Equal(Time(sent), SentTime(reported));

    [Theory]
    [InlineData("1970-01-01T00:00:00Z")]
    [InlineData("1970-01-11T22:58:04.799Z")]
    [InlineData("1970-01-21T10:55:26.401Z")]
    [InlineData("1970-03-01T00:00:00Z")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("2025-12-24T04:26:40Z")]
    public void A_time_that_cannot_be_such_seconds_stays_and_no_row_gets_a_date_in_the_far_future(string reported) =>
        Assert.Equal(Time(reported), SentTime(reported));

    private static DateTime Time(string text) => DateTimeOffset.Parse(text).UtcDateTime;

    private static DateTime? SentTime(string reported)
    {
        var headers = new DictionarySendHeaders(new Dictionary<string, object?>
        {
            [MessageHeaders.TransportSentTime] = Time(reported),
        });
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 4, 0, 0, TimeSpan.Zero));
        return new RawLoginMessageContext(headers, destinationAddress: null, clock).SentTime;
    }
}
