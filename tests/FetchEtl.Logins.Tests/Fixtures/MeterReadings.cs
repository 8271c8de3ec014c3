using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins.Tests;

/// <summary>Records the measurements of one container's meter, without those of other tests.</summary>
internal sealed class MeterReadings : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, long Value)> _readings = [];

    public MeterReadings(IServiceProvider services)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "FetchEtl.Logins" && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(
            (instrument, value, _, _) => _readings.Enqueue((instrument.Name, value)));
        _listener.SetMeasurementEventCallback<int>(
            (instrument, value, _, _) => _readings.Enqueue((instrument.Name, value)));
        _listener.Start();
    }

    public long[] BatchSizes =>
        [.. _readings.Where(reading => reading.Name == "fetchetl.logins.batch_size").Select(reading => reading.Value)];

    public long Total(string name) => _readings.Where(reading => reading.Name == name).Sum(reading => reading.Value);

    public void Dispose() => _listener.Dispose();
}
