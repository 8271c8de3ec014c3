using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Reads the metrics and spans of a worker in this process as an exporter does, without those of the local SQS.
/// </summary>
internal sealed class Telemetry : IDisposable
{
    private static readonly string[] Sources =
        ["FetchEtl", "MassTransit", "Npgsql", "Microsoft.EntityFrameworkCore", "System.Net"];

    private readonly CanaryWatch _canaries;
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _spans;

    public Telemetry(CanaryWatch canaries)
    {
        _canaries = canaries;
        _meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (IsWorkers(instrument.Meter.Name))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<int>(Measured);
        _meters.SetMeasurementEventCallback<long>(Measured);
        _meters.SetMeasurementEventCallback<double>(Measured);
        _meters.Start();
        _spans = new ActivityListener
        {
            ShouldListenTo = static source => IsWorkers(source.Name),
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_spans);
    }

    public void Dispose()
    {
        _spans.Dispose();
        _meters.Dispose();
    }

    private static bool IsWorkers(string source) => Sources.Any(x => source.StartsWith(x, StringComparison.Ordinal));

    private void Measured<T>(
        Instrument instrument, T measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        _canaries.Look("metrics", instrument.Name);
        foreach (var tag in tags)
        {
            Look("metrics", tag);
        }
    }

    private void Stopped(Activity span)
    {
        _canaries.Look("spans", span.OperationName);
        _canaries.Look("spans", span.DisplayName);
        _canaries.Look("spans", span.StatusDescription);
        _canaries.Look("spans", span.TraceStateString);
        var tags = span.TagObjects
            .Concat(span.Events.SelectMany(x => x.Tags))
            .Concat(span.Links.SelectMany(x => x.Tags ?? []));
        foreach (var tag in tags)
        {
            Look("spans", tag);
        }

        foreach (var (key, value) in span.Baggage)
        {
            _canaries.Look("spans", key);
            _canaries.Look("spans", value);
        }
    }

    private void Look(string sink, KeyValuePair<string, object?> tag)
    {
        _canaries.Look(sink, tag.Key);
        _canaries.Look(sink, tag.Value?.ToString());
    }
}
