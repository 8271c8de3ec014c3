namespace FetchEtl.Local;

/// <summary>
/// The faults that a <see cref="LocalSqs"/> injects. The seed, the position of the rule, the operation and the ordinal
/// of the call (or entry, or message) decide each draw, and nothing else does. So the n-th draw is the same in every
/// run, whatever the order of calls. Ordinals start again when a plan is set.
/// </summary>
/// <remarks>
/// Several rules can strike one call. The first rule that rejects the call ends it, after the latency of all rules.
/// </remarks>
public sealed class SqsFaultPlan
{
    /// <summary>Selects the sequence of draws.</summary>
    /// <value>Any number. Default: 0.</value>
    public int Seed { get; init; }

    /// <summary>The faults that can happen.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<SqsFaultRule> Rules { get; init; } = [];

    /// <summary>
    /// Reads a plan from JSON such as <c>{"seed": 7, "rules": [{"kind": "Error", "operation": "SendMessage",
    /// "probability": 0.1}]}</c>. Members have the names of the properties of this class and of <see
    /// cref="SqsFaultRule"/>, in any letter case.
    /// </summary>
    /// <exception cref="InvalidDataException">
    /// The JSON is not a plan. The message names the rule, counted from 1, and the remedy.
    /// </exception>
    public static SqsFaultPlan Parse(string json)
    {
        var plan = FaultPlanReader.Read(json);
        return plan.Problems() is { Length: > 0 } problems ? throw new InvalidDataException(problems) : plan;
    }

    /// <summary>All problems of all rules, in sentences. Empty for a valid plan.</summary>
    internal string Problems() => string.Join(
        ' ', Rules.SelectMany((rule, i) => rule.Problems().Select(problem => $"Rule {i + 1}: {problem}")));
}
