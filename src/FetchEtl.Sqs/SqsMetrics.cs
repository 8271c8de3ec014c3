using System.Diagnostics.Metrics;

namespace FetchEtl.Sqs;

/// <summary>The instruments of the meter <c>FetchEtl.Sqs</c>.</summary>
internal sealed class SqsMetrics
{
    public const string MeterName = "FetchEtl.Sqs";

    private readonly Counter<long> _apiCalls;
    private readonly Histogram<double> _apiDuration;

    public SqsMetrics(IMeterFactory? meterFactory)
    {
        var meter = meterFactory?.Create(new MeterOptions(MeterName)) ?? new Meter(MeterName);
        _apiCalls = meter.CreateCounter<long>(
            "fetchetl.sqs.api_calls", "{call}", "HTTP requests sent to SQS, retries counted too, as AWS bills them.");
        _apiDuration = meter.CreateHistogram<double>(
            "fetchetl.sqs.api_duration", "s", "Time from a request's start to the last byte of its reply, long polls included.");
    }

    /// <summary>Counts a request that is about to be sent.</summary>
    public void ApiCall(string operation) => _apiCalls.Add(1, new KeyValuePair<string, object?>("operation", operation));

    /// <summary>Whether anyone listens to durations, so that taking the time is worth it.</summary>
    public bool MeasuresDuration => _apiDuration.Enabled;

    public void ApiDuration(string operation, TimeSpan duration) =>
        _apiDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("operation", operation));
}
