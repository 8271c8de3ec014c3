namespace FetchEtl.Maintenance;

/// <summary>
/// Compares a column's distinct values before and after rekeying. Masks of one value in several generations count once.
/// </summary>
/// <param name="Column">The column, quoted for SQL.</param>
/// <param name="Before">The distinct values before.</param>
/// <param name="Kept">The distinct values of before that the column still holds.</param>
/// <param name="After">The distinct values now. There are more than before only where others wrote meanwhile.</param>
public sealed record ValuesKept(MaskedColumn Column, long Before, long Kept, long After);
