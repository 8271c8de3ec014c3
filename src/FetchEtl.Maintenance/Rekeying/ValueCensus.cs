namespace FetchEtl.Logins;

/// <summary>
/// Notes which different values a table holds before a lift, by the masks that they shall have, and looks for each of them
/// afterwards. The note is a temporary table: this process need not hold them all, and its end takes the note along.
/// </summary>
internal sealed class ValueCensus(LoginDbContext database, LiftTable table, HmacPiiMasker masker)
{
    private const int FetchSize = 10_000;

    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(
            """CREATE TEMP TABLE lifted_values (place integer, mask text COLLATE "C", PRIMARY KEY (place, mask))""", cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.ExecuteAsync(
            $"DECLARE seen NO SCROLL CURSOR FOR SELECT DISTINCT place, value {table.Values} WHERE {LiftSql.IsOlderMask("value", masker.Ring.Count + 1)}", cancellationToken);
        while (await FetchAsync(cancellationToken) is { Count: > 0 } seen)
        {
            await database.ExecuteAsync(
                "INSERT INTO lifted_values SELECT * FROM unnest(@places, @masks) ON CONFLICT DO NOTHING",
                cancellationToken,
                LiftSql.Parameter("places", seen.ConvertAll(x => x.Place).ToArray()),
                LiftSql.Parameter("masks", seen.ConvertAll(x => masker.Lift(table.Columns[x.Place].Field, x.Mask)).ToArray(), "text[]"));
        }

        await transaction.CommitAsync(cancellationToken);
        await database.ExecuteAsync("ANALYZE lifted_values", cancellationToken);
    }

    public async Task<IReadOnlyList<ValuesKept>> CompareAsync(CancellationToken cancellationToken)
    {
        var counts = await database.QueryAsync(
            $"""
            SELECT place, count(noted.mask), count(*) FILTER (WHERE noted.mask IS NOT NULL AND present.mask IS NOT NULL), count(present.mask)
            FROM lifted_values AS noted
            FULL JOIN (SELECT DISTINCT place, value AS mask {table.Values} WHERE {LiftSql.IsMask("value")}) AS present
                USING (place, mask)
            GROUP BY place
            """,
            reader => (Place: reader.GetInt32(0), Kept: new ValuesKept(table.Columns[reader.GetInt32(0)], reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3))),
            cancellationToken);
        await database.ExecuteAsync("DROP TABLE lifted_values", cancellationToken);
        return [.. table.Columns.Select((column, place) => counts.Find(x => x.Place == place).Kept ?? new ValuesKept(column, 0, 0, 0))];
    }

    private Task<List<(int Place, string Mask)>> FetchAsync(CancellationToken cancellationToken) =>
        database.QueryAsync($"FETCH {FetchSize} FROM seen", static reader => (reader.GetInt32(0), reader.GetString(1)), cancellationToken);
}
