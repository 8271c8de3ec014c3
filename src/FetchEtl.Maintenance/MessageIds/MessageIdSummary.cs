namespace FetchEtl.Maintenance;

/// <summary>What a move of message ids did.</summary>
/// <param name="Rows">The rows whose id was replaced.</param>
/// <param name="Doubles">The rows that were deleted because their message has a row with its keyed id.</param>
/// <param name="Left">The rows that still have an id as received.</param>
/// <param name="Elapsed">The time it took.</param>
public sealed record MessageIdSummary(long Rows, long Doubles, long Left, TimeSpan Elapsed);
