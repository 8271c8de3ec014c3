using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>What a column's rows hold, counted by kind.</summary>
/// <param name="Column">The column, quoted for SQL.</param>
/// <param name="Nulls">The rows without a value.</param>
/// <param name="Empty">The empty texts.</param>
/// <param name="Hashes">The texts of 64 hex digits.</param>
/// <param name="Raw">The other texts that are not masks.</param>
/// <param name="Generations">The masks of Hmac, by generation.</param>
public sealed record ValueCounts(
    MaskedColumn Column, long Nulls, long Empty, long Hashes, long Raw, IReadOnlyDictionary<int, long> Generations)
{
    private const string LookAlike = "like ";

    /// <summary>The masks that look like values, by generation.</summary>
    public IReadOnlyDictionary<int, long> LookAlikes { get; init; } = new Dictionary<int, long>();

    /// <summary>The values that are neither null nor a mask.</summary>
    public long Unmasked => Empty + Hashes + Raw;

    /// <summary>The newest generation of the masks; 0 where there is no mask.</summary>
    public int Newest => Generations.Keys.Concat(LookAlikes.Keys).DefaultIfEmpty().Max();

    /// <summary>Returns the number of masks of generations before this one.</summary>
    /// <param name="generation">The generation.</param>
    /// <returns>The number of masks.</returns>
    public long Older(int generation) =>
        Generations.Concat(LookAlikes).Where(x => x.Key < generation).Sum(x => x.Value);

    /// <summary>Counts a table's columns, all as of one moment.</summary>
    internal static async Task<IReadOnlyList<ValueCounts>> ReadAsync(
        LoginDatabase database, MaskedTable table, CancellationToken cancellationToken)
    {
        var counts = await database.QueryAsync(
            $"""
            SELECT place,
                CASE WHEN value IS NULL THEN 'null' WHEN value = '' THEN 'empty'
                    WHEN {MaskSql.IsMask("value")} THEN pg_catalog.split_part(value, ':', 1)
                    WHEN generation IS NOT NULL THEN pg_catalog.concat('{LookAlike}', generation)
                    WHEN {MaskSql.IsHash("value")} THEN 'hash' ELSE 'raw' END AS kind,
                pg_catalog.count(*)
            {table.Values}
            GROUP BY place, kind
            """,
            static reader => (Place: reader.GetInt32(0), Kind: reader.GetString(1), Count: reader.GetInt64(2)),
            cancellationToken);
        return [.. table.Columns.Select((column, place) =>
            Of(column, counts.Where(x => x.Place == place).ToDictionary(x => x.Kind, x => x.Count)))];
    }

    private static ValueCounts Of(MaskedColumn column, Dictionary<string, long> kinds)
    {
        kinds.Remove("null", out var nulls);
        kinds.Remove("empty", out var empty);
        kinds.Remove("hash", out var hashes);
        kinds.Remove("raw", out var raw);
        var lookAlikes = kinds.Where(x => x.Key.StartsWith(LookAlike, StringComparison.Ordinal)).ToList();
        return new ValueCounts(
            column,
            nulls,
            empty,
            hashes,
            raw,
            kinds.Except(lookAlikes).ToDictionary(x => int.Parse(x.Key), x => x.Value))
        {
            LookAlikes = lookAlikes.ToDictionary(x => int.Parse(x.Key.AsSpan(LookAlike.Length)), x => x.Value),
        };
    }
}
