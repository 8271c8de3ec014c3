using System.Diagnostics.Metrics;
using System.Net;
using Amazon.SQS;
using FetchEtl.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsMetricsTests
{
    [Theory]
    [InlineData(SqsProtocol.Json)]
    [InlineData(SqsProtocol.Query)]
    public async Task Every_HTTP_request_is_counted_by_operation_including_retries(SqsProtocol protocol)
    {
        var requests = 0;
        await using var endpoint = await WireEndpoint.StartAsync(
            request => (Interlocked.Increment(ref requests), request.IsJson) switch
            {
                (1, true) => WireReply.JsonError("InternalFailure", HttpStatusCode.InternalServerError),
                (1, false) => WireReply.XmlError("InternalFailure", HttpStatusCode.InternalServerError),
                (_, true) => WireReply.QueueUrl,
                _ => WireReply.QueueUrlInXml,
            });
        await using var services = new ServiceCollection().AddMetrics().AddSqsClient((_, x) =>
        {
            x.ServiceUrl = endpoint.Url;
            x.Protocol = protocol;
            x.Credentials = new Amazon.Runtime.BasicAWSCredentials("AKID", "secret");
        }).BuildServiceProvider();
        var calls = new List<string>();
        using var listener = Listen(services, calls);

        await services.GetRequiredService<IAmazonSQS>().GetQueueUrlAsync("q");

        Assert.Equal(["operation=GetQueueUrl: 1", "operation=GetQueueUrl: 1"], calls);
        Assert.Equal(2, Assert.Single(services.GetRequiredService<SqsMetrics>().ApiCallsByOperation).Value);
    }

    [Fact]
    public async Task Protocol_detection_counts_both_requests()
    {
        await using var server = await LocalSqs.StartAsync(new LocalSqsOptions { Protocols = LocalSqsProtocols.Query });
        var metrics = new SqsMetrics();
        using var client = SqsClientFactory.Create(
            TestClients.Options(server.ServiceUrl, SqsProtocol.Auto),
            metrics,
            NullLoggerFactory.Instance,
            TimeProvider.System);

        await client.CreateQueueAsync("logins");
        await client.GetQueueUrlAsync("logins");

        Assert.Equal(2, metrics.ApiCallsByOperation["CreateQueue"]);
        Assert.Equal(1, metrics.ApiCallsByOperation["GetQueueUrl"]);
    }

    [Fact]
    public void Totals_grow_with_the_instruments()
    {
        var time = new FakeTimeProvider();
        var metrics = new SqsMetrics(timeProvider: time);
        Assert.Equal(0, metrics.LastDeadLetterAt);

        time.Advance(TimeSpan.FromSeconds(5));
        metrics.Received(10, null);
        metrics.DeadLettered("body.not_json");
        metrics.Returned();
        var at = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(1));
        metrics.Received(1, null);
        metrics.Returned();

        Assert.Equal((11, 1, 2), (metrics.ReceivedTotal, metrics.DeadLetteredTotal, metrics.ReturnedTotal));
        Assert.Equal(at, metrics.LastDeadLetterAt);
        Assert.Equal(1, Assert.Single(metrics.DeadLetteredByRule, x => x.Key == "body.not_json").Value);
    }

    [Fact]
    public void The_oldest_age_is_that_of_the_last_minutes_receives()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 27, 0, 0, 0, TimeSpan.Zero));
        var metrics = new SqsMetrics(timeProvider: time);
        Assert.Equal(TimeSpan.Zero, metrics.OldestReceivedAge);

        Receive(sentSecondsAgo: 90);
        time.Advance(TimeSpan.FromSeconds(30));
        Receive(sentSecondsAgo: 10);
        Receive(sentSecondsAgo: -5);
        Assert.Equal(TimeSpan.FromSeconds(90), metrics.OldestReceivedAge);

        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.FromSeconds(10), metrics.OldestReceivedAge);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.Zero, metrics.OldestReceivedAge);

        void Receive(int sentSecondsAgo) => metrics.Received(1, time.GetUtcNow().AddSeconds(-sentSecondsAgo));
    }

    private static MeterListener Listen(ServiceProvider services, List<string> calls)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == SqsMetrics.MeterName && ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) => calls.Add($"{tags[0].Key}={tags[0].Value}: {value}"));
        listener.Start();
        return listener;
    }
}
