namespace FetchEtl.Local;

/// <summary>
/// The faults that a <see cref="LocalSqs"/> puts into its service. Each rule is drawn by the seed, its position, the operation
/// and the ordinal of the call (or of the entry, or message) to which it applies, and by nothing else: the n-th draw is the
/// same in every run, however calls interleave. Ordinals begin anew when a plan is put in force.
/// </summary>
/// <remarks>Several rules may strike one call. The first that refuses it ends it, after whatever latency was drawn.</remarks>
public sealed class SqsFaultPlan
{
    /// <summary>Another seed, another run.</summary>
    /// <value>Default: 0.</value>
    public int Seed { get; init; }

    /// <summary>What may happen.</summary>
    /// <value>Default: nothing.</value>
    public IReadOnlyList<SqsFaultRule> Rules { get; init; } = [];

    /// <summary>
    /// Reads a plan from JSON: <c>{"seed": 7, "rules": [{"kind": "Error", "operation": "SendMessage", "probability": 0.1}]}</c>,
    /// members named as the properties of this class and of <see cref="SqsFaultRule"/>, in any letter case.
    /// </summary>
    /// <exception cref="InvalidDataException">It is no such JSON; the message names the rule, the first being 1, and the remedy.</exception>
    public static SqsFaultPlan Parse(string json)
    {
        var plan = FaultPlanReader.Read(json);
        return plan.Problems() is { Length: > 0 } problems ? throw new InvalidDataException(problems) : plan;
    }

    /// <summary>All that is wrong, in sentences; empty for a good plan.</summary>
    internal string Problems() => string.Join(
        ' ', Rules.SelectMany((rule, i) => rule.Problems().Select(problem => $"Rule {i + 1}: {problem}")));
}
