namespace FetchEtl.Logins;

/// <summary>What a column's rows hold.</summary>
/// <param name="Column">The column, quoted for SQL.</param>
/// <param name="Nulls">No value.</param>
/// <param name="Empty">The empty text.</param>
/// <param name="Hashes">64 hex digits.</param>
/// <param name="Raw">Anything else that is no mask.</param>
/// <param name="Generations">Masks, by their generation.</param>
internal sealed record ValueCounts(
    LiftColumn Column, long Nulls, long Empty, long Hashes, long Raw, IReadOnlyDictionary<int, long> Generations)
{
    /// <summary>What is neither null nor a mask.</summary>
    public long Unmasked => Empty + Hashes + Raw;

    public long Older(int generation) => Generations.Where(x => x.Key < generation).Sum(x => x.Value);

    public int Newest => Generations.Keys.DefaultIfEmpty().Max();

    /// <summary>Counts a table's columns, all as of one moment.</summary>
    public static async Task<IReadOnlyList<ValueCounts>> ReadAsync(LoginDbContext database, LiftTable table, CancellationToken cancellationToken)
    {
        var counts = await database.QueryAsync(
            $"""
            SELECT place,
                CASE WHEN value IS NULL THEN 'null' WHEN value = '' THEN 'empty' WHEN {LiftSql.IsMask("value")} THEN split_part(value, ':', 1)
                    WHEN {LiftSql.IsHash("value")} THEN 'hash' ELSE 'raw' END AS kind,
                count(*)
            {table.Values}
            GROUP BY place, kind
            """,
            static reader => (Place: reader.GetInt32(0), Kind: reader.GetString(1), Count: reader.GetInt64(2)),
            cancellationToken);
        return [.. table.Columns.Select((column, place) => Of(column, counts.Where(x => x.Place == place).ToDictionary(x => x.Kind, x => x.Count)))];
    }

    private static ValueCounts Of(LiftColumn column, Dictionary<string, long> kinds)
    {
        kinds.Remove("null", out var nulls);
        kinds.Remove("empty", out var empty);
        kinds.Remove("hash", out var hashes);
        kinds.Remove("raw", out var raw);
        return new ValueCounts(column, nulls, empty, hashes, raw, kinds.ToDictionary(x => int.Parse(x.Key), x => x.Value));
    }
}
