using System.Diagnostics.Metrics;

namespace FetchEtl.Sqs;

/// <summary>The instruments of the meter <c>FetchEtl.Sqs</c>.</summary>
internal sealed class SqsMetrics
{
    public const string MeterName = "FetchEtl.Sqs";

    private readonly Counter<long> _apiCalls;
    private readonly Histogram<double> _apiDuration;
    private readonly Counter<long> _received;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _returned;

    public SqsMetrics(IMeterFactory? meterFactory)
    {
        var meter = meterFactory?.Create(new MeterOptions(MeterName)) ?? new Meter(MeterName);
        _apiCalls = meter.CreateCounter<long>(
            "fetchetl.sqs.api_calls", "{call}", "HTTP requests sent to SQS, retries counted too, as AWS bills them.");
        _apiDuration = meter.CreateHistogram<double>(
            "fetchetl.sqs.api_duration", "s", "Time from a request's start to the last byte of its reply, long polls included.");
        _received = meter.CreateCounter<long>("fetchetl.sqs.received", "{message}", "Messages received, each delivery counted.");
        _deadLettered = meter.CreateCounter<long>("fetchetl.sqs.dead_lettered", "{message}", "Messages moved to the dead-letter queue.");
        _returned = meter.CreateCounter<long>("fetchetl.sqs.returned", "{message}", "Messages given back to be tried again.");
    }

    /// <summary>Counts a request that is about to be sent.</summary>
    public void ApiCall(string operation) => _apiCalls.Add(1, new KeyValuePair<string, object?>("operation", operation));

    /// <summary>Whether anyone listens to durations, so that taking the time is worth it.</summary>
    public bool MeasuresDuration => _apiDuration.Enabled;

    public void ApiDuration(string operation, TimeSpan duration) =>
        _apiDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("operation", operation));

    public void Received(int messages) => _received.Add(messages);

    public void DeadLettered() => _deadLettered.Add(1);

    public void Returned() => _returned.Add(1);
}
