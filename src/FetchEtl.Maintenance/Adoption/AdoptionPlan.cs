namespace FetchEtl.Logins;

/// <summary>What an adoption would do.</summary>
/// <param name="Table">The table.</param>
/// <param name="Counts">What its columns hold.</param>
/// <param name="ToMask">How many values would change.</param>
/// <param name="Problems">What forbids it, each with its remedy.</param>
internal sealed record AdoptionPlan(LiftTable Table, IReadOnlyList<ValueCounts> Counts, long ToMask, IReadOnlyList<string> Problems);
