namespace FetchEtl.Benchmarks;

/// <summary>The faults of a schedule, as its servers ask for them.</summary>
internal sealed class ActiveFaults(SimulatedWorld world, IReadOnlyList<Fault> faults)
{
    /// <summary>The fault that strikes now, by its share; null where there is none.</summary>
    public Fault? Strikes(Hazard hazard) =>
        Active(hazard) is { } fault && (fault.Share >= 1 || world.Chance(fault.Share)) ? fault : null;

    /// <summary>The fault that is active, whatever its share.</summary>
    public Fault? Active(Hazard hazard)
    {
        foreach (var fault in faults)
        {
            if (fault.Hazard == hazard && fault.IsActive(world.Now))
            {
                return fault;
            }
        }

        return null;
    }
}
