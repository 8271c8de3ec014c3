using System.Globalization;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs.Tests;

public sealed class MessageIdentityTests
{
    private static readonly DateTimeOffset Received = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-1764158400000")]
    [InlineData("1764158400")]
    [InlineData("253402300799999")]
    [InlineData("99999999999999999999")]
    [InlineData("1795867200000")]
    public void Without_a_possible_sent_time_the_time_of_receipt_counts(string? sent)
    {
        var message = new Message { Attributes = new() { ["SentTimestamp"] = sent! } };

        Assert.Equal(Received, MessageIdentity.SentTime(message, Received));
        Assert.Equal(Received, MessageIdentity.SentTime(new Message(), Received));
    }

    [Fact]
    public void A_possible_sent_time_counts_even_where_the_clocks_differ_by_hours()
    {
        var sent = Received.AddHours(20);
        var text = sent.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

        Assert.Equal(
            sent, MessageIdentity.SentTime(new Message { Attributes = new() { ["SentTimestamp"] = text } }, Received));
    }

    [Theory]
    [InlineData("many", 1)]
    [InlineData("-3", 1)]
    [InlineData("99999999999", 1)]
    [InlineData("4", 4)]
    public void A_receive_count_that_is_not_a_number_counts_as_the_first(string text, int expected) => Assert.Equal(
        expected,
        MessageIdentity.ReceiveCount(new Message { Attributes = new() { ["ApproximateReceiveCount"] = text } }));
}
