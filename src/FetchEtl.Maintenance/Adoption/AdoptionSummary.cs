namespace FetchEtl.Logins;

/// <summary>What an adoption did.</summary>
/// <param name="After">What the columns hold.</param>
/// <param name="Rows">Rows that were changed.</param>
/// <param name="Left">What is not as it should be, each with its remedy; none when all is done.</param>
/// <param name="Elapsed">The time it took, without the first counts.</param>
internal sealed record AdoptionSummary(IReadOnlyList<ValueCounts> After, long Rows, IReadOnlyList<string> Left, TimeSpan Elapsed);
