namespace FetchEtl.Logins;

/// <summary>What a rekeying did.</summary>
/// <param name="Table">The table, quoted for SQL.</param>
/// <param name="Generation">The generation that masks were lifted to.</param>
/// <param name="Before">What its columns held.</param>
/// <param name="After">What they hold.</param>
/// <param name="Values">How their different values came through.</param>
/// <param name="Rows">Rows that were changed.</param>
/// <param name="VaultEntries">Entries of the vault that were moved.</param>
/// <param name="VaultLeft">Entries of older generations that came meanwhile.</param>
/// <param name="Elapsed">The time it took, the counts included.</param>
internal sealed record RekeySummary(
    string Table,
    int Generation,
    IReadOnlyList<ValueCounts> Before,
    IReadOnlyList<ValueCounts> After,
    IReadOnlyList<ValuesKept> Values,
    long Rows,
    long VaultEntries,
    long VaultLeft,
    TimeSpan Elapsed)
{
    /// <summary>What is not as it should be, each with its remedy; none when all is done.</summary>
    public IReadOnlyList<string> Left => [.. After.SelectMany(LeftOf), .. Values.Where(x => x.Kept < x.Before).Select(Lost), .. LeftInVault()];

    private IEnumerable<string> LeftOf(ValueCounts column)
    {
        var name = $"{Table}.{column.Column.Name}";
        if (column.Older(Generation) is > 0 and var older)
        {
            yield return $"{name} still gets masks of older generations, {older} are there: a process goes on without the new key; give it the key, restart it, and rekey again.";
        }

        if (column.Newest > Generation)
        {
            yield return $"{name} holds masks of generation {column.Newest}, which came meanwhile: add the key of that generation and rekey again.";
        }

        if (column.Unmasked > 0)
        {
            yield return $"{name} holds {column.Unmasked} values that are no masks, and they were left: mask them by 'fetch-etl adopt --table {Table} --column {column.Column.Name}={column.Column.Field.Name()}'.";
        }
    }

    private IEnumerable<string> LeftInVault()
    {
        if (VaultLeft > 0)
        {
            yield return $"pii_vault still gets masks of older generations, {VaultLeft} are there: a process goes on without the new key; give it the key, restart it, and rekey again.";
        }
    }

    private string Lost(ValuesKept column) =>
        $"{Table}.{column.Column.Name} lacks {column.Before - column.Kept} of the {column.Before} different values it had: where nobody deleted rows meanwhile, this is an error of fetch-etl.";
}
