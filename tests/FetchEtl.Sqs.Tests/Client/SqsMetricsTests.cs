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
        var durations = new List<double>();
        using var listener = Listen(services, calls, durations);

        await services.GetRequiredService<IAmazonSQS>().GetQueueUrlAsync("q");

        Assert.Equal(["operation=GetQueueUrl: 1", "operation=GetQueueUrl: 1"], calls);
        Assert.Equal(2, durations.Count);
        Assert.All(durations, duration => Assert.True(duration >= 0));
        Assert.Equal(2, Assert.Single(services.GetRequiredService<SqsMetrics>().ApiCallsByOperation).Value);
    }

    [Fact]
    public async Task Protocol_detection_counts_both_requests()
    {
        await using var server = await LocalSqs.StartAsync(new LocalSqsOptions { Protocols = LocalSqsProtocols.Query });
        var metrics = new SqsMetrics();
        using var client = SqsClientFactory.Create(
            TestClients.Options(server.ServiceUrl, SqsProtocol.Auto), metrics, NullLoggerFactory.Instance);

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
        metrics.Received(10);
        metrics.DeadLettered();
        metrics.Returned();
        var at = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(1));
        metrics.Received(1);
        metrics.Returned();

        Assert.Equal((11, 1, 2), (metrics.ReceivedTotal, metrics.DeadLetteredTotal, metrics.ReturnedTotal));
        Assert.Equal(at, metrics.LastDeadLetterAt);
    }

    private static MeterListener Listen(ServiceProvider services, List<string> calls, List<double> durations)
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
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => durations.Add(value));
        listener.Start();
        return listener;
    }
}
