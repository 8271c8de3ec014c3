using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsMetricsTests
{
    [Fact]
    public async Task Every_HTTP_request_is_counted_by_operation_retries_too()
    {
        await using var endpoint = await WireEndpoint.StartAsync(
            WireReply.JsonError("RequestThrottled", HttpStatusCode.BadRequest), WireReply.QueueUrl);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var calls = new List<string>();
        var durations = new List<double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "FetchEtl.Sqs" && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => calls.Add($"{tags[0].Key}={tags[0].Value}: {value}"));
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => durations.Add(value));
        listener.Start();
        using var client = new SqsClient(TestClients.Options(endpoint.Url), meterFactory: factory);

        await client.GetQueueUrlAsync("q");

        Assert.Equal(["operation=GetQueueUrl: 1", "operation=GetQueueUrl: 1"], calls);
        Assert.Equal(2, durations.Count);
        Assert.All(durations, duration => Assert.True(duration >= 0));
    }
}
