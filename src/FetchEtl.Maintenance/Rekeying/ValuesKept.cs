namespace FetchEtl.Logins;

/// <summary>How a column's different values came through a lift.</summary>
/// <param name="Column">The column, quoted for SQL.</param>
/// <param name="Before">How many there were, counted as values: masks of one value in several generations are one.</param>
/// <param name="Kept">How many of those are there still.</param>
/// <param name="After">How many there are now; more only by what was written meanwhile.</param>
internal sealed record ValuesKept(LiftColumn Column, long Before, long Kept, long After);
