namespace FetchEtl.Maintenance;

/// <summary>What an adoption would do.</summary>
public sealed class AdoptionPlan
{
    internal AdoptionPlan(
        MaskedTable table,
        IReadOnlyList<ValueCounts> counts,
        long toMask,
        IReadOnlyList<string> problems,
        IReadOnlyList<string> warnings)
    {
        Table = table;
        Counts = counts;
        ToMask = toMask;
        Problems = problems;
        Warnings = warnings;
    }

    /// <summary>What the columns hold.</summary>
    public IReadOnlyList<ValueCounts> Counts { get; }

    /// <summary>The number of values that would change.</summary>
    public long ToMask { get; }

    /// <summary>What forbids the adoption, each with its remedy; empty where it can run.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>What endangers the adoption and does not forbid it, each with its remedy.</summary>
    public IReadOnlyList<string> Warnings { get; }

    internal MaskedTable Table { get; }
}
