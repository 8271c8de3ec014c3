using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>
/// Records the distinct values that a table holds before rekeying, by the masks that they should get, and looks for
/// each of them afterwards. The record is a temporary table: it needs no memory of this process and ends with the
/// session.
/// </summary>
internal sealed class ValueCensus(LoginDatabase database, MaskedTable table, MaskLifting lifting)
{
    private const int FetchSize = 10_000;

    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        await database.ExecuteAsync(
            """CREATE TEMP TABLE rekeyed_values (place integer, mask text COLLATE "C", PRIMARY KEY (place, mask))""",
            cancellationToken);
        await using var transaction = await database.BeginTransactionAsync(cancellationToken: cancellationToken);
        await database.ExecuteAsync(
            $"""
            DECLARE seen NO SCROLL CURSOR FOR
            SELECT DISTINCT place, value, generation {table.Values}
            WHERE generation <= {lifting.Generation} OR {MaskSql.IsOlderMask("value", lifting.Generation + 1)}
            """,
            cancellationToken);
        while (await FetchAsync(cancellationToken) is { Count: > 0 } seen)
        {
            var masks = seen.ConvertAll(x => lifting.Lift(table.Name, table.Columns[x.Place], x.Mask, x.Generation))
                .ToArray();
            await database.ExecuteAsync(
                "INSERT INTO rekeyed_values SELECT * FROM unnest(@places, @masks) ON CONFLICT DO NOTHING",
                cancellationToken,
                SqlCommands.Parameter("places", seen.ConvertAll(x => x.Place).ToArray()),
                SqlCommands.Parameter("masks", masks, "text[]"));
        }

        await transaction.CommitAsync(cancellationToken);
        await database.ExecuteAsync("ANALYZE rekeyed_values", cancellationToken);
    }

    public async Task<IReadOnlyList<ValuesKept>> CompareAsync(CancellationToken cancellationToken)
    {
        var counts = await database.QueryAsync(
            $"""
            SELECT place,
                pg_catalog.count(noted.mask),
                pg_catalog.count(*) FILTER (WHERE noted.mask IS NOT NULL AND present.mask IS NOT NULL),
                pg_catalog.count(present.mask)
            FROM rekeyed_values AS noted
            FULL JOIN (SELECT DISTINCT place, value AS mask {table.Values}
                WHERE generation = {lifting.Generation} OR {MaskSql.IsMask("value")}) AS present
                USING (place, mask)
            GROUP BY place
            """,
            reader => (Place: reader.GetInt32(0), Kept: new ValuesKept(
                table.Columns[reader.GetInt32(0)], reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3))),
            cancellationToken);
        await database.ExecuteAsync("DROP TABLE rekeyed_values", cancellationToken);
        return [.. table.Columns.Select((column, place) =>
            counts.Find(x => x.Place == place).Kept ?? new ValuesKept(column, 0, 0, 0))];
    }

    private Task<List<(int Place, string Mask, int? Generation)>> FetchAsync(CancellationToken cancellationToken) =>
        database.QueryAsync(
            $"FETCH {FetchSize} FROM seen",
            static reader => (
                reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : (int?)reader.GetInt32(2)),
            cancellationToken);
}
