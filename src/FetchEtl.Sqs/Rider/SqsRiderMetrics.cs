using System.Diagnostics.Metrics;

namespace FetchEtl.Sqs.Rider;

/// <summary>What becomes of messages, counted on the meter <c>FetchEtl.Sqs</c>.</summary>
internal sealed class SqsRiderMetrics
{
    private readonly Counter<long> _received;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _returned;

    public SqsRiderMetrics(IMeterFactory? meters)
    {
        var options = new MeterOptions("FetchEtl.Sqs");
        var meter = meters?.Create(options) ?? new Meter(options);
        _received = meter.CreateCounter<long>("fetchetl.sqs.received", "{message}", "Messages received, each delivery counted");
        _deadLettered = meter.CreateCounter<long>("fetchetl.sqs.dead_lettered", "{message}", "Messages moved to the dead-letter queue");
        _returned = meter.CreateCounter<long>("fetchetl.sqs.returned", "{message}", "Messages given back to the queue to be tried again");
    }

    public void Received(int count) => _received.Add(count);

    public void DeadLettered() => _deadLettered.Add(1);

    public void Returned() => _returned.Add(1);
}
