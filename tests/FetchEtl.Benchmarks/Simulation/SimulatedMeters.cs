using System.Diagnostics.Metrics;

namespace FetchEtl.Benchmarks;

/// <summary>Creates meters that end with the schedule.</summary>
internal sealed class SimulatedMeters : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose() => _meters.ForEach(meter => meter.Dispose());
}
