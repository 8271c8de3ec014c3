using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>The instruments of the meter <c>FetchEtl.Service</c>. They are read only when a collector asks.</summary>
internal sealed class ServiceMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "FetchEtl.Service";

    private readonly QueueWatch _watch;
    private readonly Readiness _readiness;
    private readonly SqsSettings _settings;

    public ServiceMetrics(
        IMeterFactory meters, QueueWatch watch, Readiness readiness, IOptions<SqsSettings> settings)
    {
        (_watch, _readiness, _settings) = (watch, readiness, settings.Value);
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "fetchetl.service.queue_depth", ReadDepth, "{message}", "Messages on the queues, as SQS counts them");
        meter.CreateObservableGauge(
            "fetchetl.service.ready", ReadReady, unit: null, "1 while messages can go from the queue into the table");
    }

    /// <summary>The last reading. A reading that is due now shows at the next collection.</summary>
    private IEnumerable<Measurement<long>> ReadDepth()
    {
        _ = _watch.ReadAsync();
        var counts = _watch.Latest;
        return Of(_settings.QueueName, counts.Queue).Concat(Of(_settings.DeadLetterQueue, counts.DeadLetters));
    }

    private static IEnumerable<Measurement<long>> Of(string queue, QueueDepth? depth)
    {
        return depth is null
            ? []
            : [State("visible", depth.Visible), State("in_flight", depth.InFlight), State("delayed", depth.Delayed)];

        Measurement<long> State(string state, long count) => new(
            count,
            new("messaging.destination.name", queue),
            new KeyValuePair<string, object?>("fetchetl.state", state));
    }

    private int ReadReady()
    {
        // The checks answer from memory.
        var health = _readiness.ReadAsync();
        return health.IsCompletedSuccessfully && health.Result.IsServing ? 1 : 0;
    }
}
