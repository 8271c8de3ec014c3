using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FetchEtl.Benchmarks.Chaos;

/// <summary>Reads every metric and every span of this process as an exporter would.</summary>
internal sealed class Telemetry : IDisposable
{
    private readonly CanaryWatch _canaries;
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _spans;

    public Telemetry(CanaryWatch canaries)
    {
        _canaries = canaries;
        _meters.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _meters.SetMeasurementEventCallback<int>(Measured);
        _meters.SetMeasurementEventCallback<long>(Measured);
        _meters.SetMeasurementEventCallback<double>(Measured);
        _meters.Start();
        _spans = new ActivityListener
        {
            ShouldListenTo = static _ => true,
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

    private void Measured<T>(Instrument instrument, T measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        _canaries.Look("metrics", instrument.Name);
        foreach (var tag in tags)
        {
            Look("metrics", tag);
        }
    }

    private void Stopped(Activity span)
    {
        _canaries.Look("spans", span.DisplayName);
        _canaries.Look("spans", span.StatusDescription);
        foreach (var tag in span.TagObjects.Concat(span.Events.SelectMany(x => x.Tags)))
        {
            Look("spans", tag);
        }
    }

    private void Look(string sink, KeyValuePair<string, object?> tag)
    {
        _canaries.Look(sink, tag.Key);
        _canaries.Look(sink, tag.Value?.ToString());
    }
}
