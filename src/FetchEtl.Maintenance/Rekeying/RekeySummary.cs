using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>The result of rekeying a table and the vault.</summary>
/// <param name="Table">The table, quoted for SQL.</param>
/// <param name="Generation">The generation of the new masks.</param>
/// <param name="Before">What the columns held before.</param>
/// <param name="After">What the columns hold now.</param>
/// <param name="Values">The distinct values before and after; empty where the table had no older mask.</param>
/// <param name="Rows">The rows that were changed.</param>
/// <param name="VaultEntries">The entries of the vault that were moved.</param>
/// <param name="VaultLeft">The entries of older generations that others added meanwhile.</param>
/// <param name="VaultForged">The entries that were moved although their signature is not genuine.</param>
/// <param name="Elapsed">The time that it took, with the counts.</param>
public sealed record RekeySummary(
    string Table,
    int Generation,
    IReadOnlyList<ValueCounts> Before,
    IReadOnlyList<ValueCounts> After,
    IReadOnlyList<ValuesKept> Values,
    long Rows,
    long VaultEntries,
    long VaultLeft,
    long VaultForged,
    TimeSpan Elapsed)
{
    /// <summary>What is not done or not as expected, each with its remedy; empty when all is done.</summary>
    public IReadOnlyList<string> Left =>
        [.. After.SelectMany(LeftOf), .. Values.Where(x => x.Kept < x.Before).Select(Lost), .. LeftInVault()];

    private IEnumerable<string> LeftOf(ValueCounts column)
    {
        var name = $"{Table}.{column.Column.Name}";
        if (column.Older(Generation) is > 0 and var older)
        {
            yield return $"{name} still gets masks of older generations, {older} are there: a process runs without " +
                "the new key; give it the key, restart it, and rekey again.";
        }

        if (column.Newest > Generation)
        {
            yield return $"{name} holds masks of generation {column.Newest}, which another process wrote meanwhile: " +
                "add the key of that generation and rekey again.";
        }

        if (column.Unmasked > 0)
        {
            yield return $"{name} holds {column.Unmasked} values that are not masks, and they were left as they are: " +
                $"mask them by 'fetch-etl adopt --table {Table} --column " +
                $"{column.Column.Name}={column.Column.Field.Name()}'.";
        }
    }

    private IEnumerable<string> LeftInVault()
    {
        if (VaultLeft > 0)
        {
            yield return $"pii_vault still gets masks of older generations, {VaultLeft} are there: a process runs " +
                "without the new key; give it the key, restart it, and rekey again.";
        }

        if (VaultForged > 0)
        {
            yield return $"pii_vault held {VaultForged} entries whose signature is not genuine: somebody has changed " +
                "the table; they were moved as they were, and 'fetch-etl reveal' refuses them.";
        }
    }

    private string Lost(ValuesKept column) =>
        $"{Table}.{column.Column.Name} lacks {column.Before - column.Kept} of the {column.Before} distinct values it " +
        "had: where nobody deleted rows meanwhile, this is an error of fetch-etl.";
}
