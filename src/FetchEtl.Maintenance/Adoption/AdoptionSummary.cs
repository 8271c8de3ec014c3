namespace FetchEtl.Maintenance;

/// <summary>The result of an adoption.</summary>
/// <param name="After">What the columns hold now.</param>
/// <param name="Rows">The rows that were changed.</param>
/// <param name="Left">What is not done or not as expected, each with its remedy; empty when all is done.</param>
/// <param name="Elapsed">The time that it took, without the plan's counts.</param>
public sealed record AdoptionSummary(
    IReadOnlyList<ValueCounts> After, long Rows, IReadOnlyList<string> Left, TimeSpan Elapsed);
