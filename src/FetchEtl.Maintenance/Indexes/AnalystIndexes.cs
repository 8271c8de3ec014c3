using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// Creates and drops indexes of <c>user_logins</c> while others write. The catalog says what is done: after an
/// interruption, run it again and it continues. What a killed run left half built is built anew.
/// </summary>
/// <remarks>
/// On a partitioned table the index is declared on the table alone, built concurrently on one partition after the
/// other, and each part is attached; with the last one it becomes valid. A partition that is created meanwhile or later
/// gets its part from PostgreSQL.
/// </remarks>
/// <param name="database">The database, with the role that owns the table. It keeps state in the session, so it must
/// reach PostgreSQL directly or through a pooler in session mode.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="waits">Called with a sentence before each pause; null: not reported.</param>
public sealed class AnalystIndexes(LoginDatabase database, TimeProvider time, Action<string>? waits)
{
    // Any number will do that no other program takes in this database: the first eight bytes of SHA-256 of
    // "fetchetl/indexes".
    private const long TurnKey = 5974274806392124739;

    private const string ReadKind =
        """
        SELECT c.relkind::text, coalesce((SELECT pg_catalog.string_agg(l.oid::regclass::text, ', ')
            FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS l ON l.oid = i.inhrelid
            WHERE i.inhparent = c.oid AND (c.relkind::text <> 'p' OR l.relkind::text <> 'r')), '')
        FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass('user_logins')::oid
        """;

    private const string ReadIndex =
        """
        SELECT coalesce(x.indrelid = pg_catalog.to_regclass('user_logins')::oid, false),
            coalesce(x.indisvalid, false), coalesce(m.amname::text, ''),
            coalesce((SELECT pg_catalog.string_agg(a.attname::text, ', ' ORDER BY k.place)
                FROM pg_catalog.unnest(x.indkey::int2[]) WITH ORDINALITY AS k (number, place)
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = k.number), '')
        FROM pg_catalog.pg_class AS c LEFT JOIN pg_catalog.pg_index AS x ON x.indexrelid = c.oid
            LEFT JOIN pg_catalog.pg_am AS m ON m.oid = c.relam
        WHERE c.oid = pg_catalog.to_regclass(@index)::oid
        """;

    private readonly LockAttempts _locks = new(database, time, waits);

    /// <summary>Reads how far the indexes are. It needs no right.</summary>
    /// <param name="indexes">The indexes.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>One state for each.</returns>
    /// <exception cref="MaskingRefusedException">
    /// There is no table, or something else has an index's name.
    /// </exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<IReadOnlyList<AnalystIndexState>> ReadAsync(
        IReadOnlyList<AnalystIndex> indexes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(indexes);
        await database.OpenAsync(cancellationToken);
        var isPartitioned = await ReadKindAsync(cancellationToken);
        var states = new List<AnalystIndexState>();
        foreach (var index in indexes)
        {
            var valid = await FindAsync(index, cancellationToken);
            var tables = await IndexedTable.ListAsync(database, index, cancellationToken);
            states.Add(new AnalystIndexState(
                index,
                valid is not null,
                valid == true,
                tables.Count,
                tables.Count(table => table.IsDone(isPartitioned)),
                tables.Sum(table => table.Bytes)));
        }

        return states;
    }

    /// <summary>Creates the indexes that are missing, and completes those that an earlier run left.</summary>
    /// <param name="indexes">The indexes.</param>
    /// <param name="progress">Receives the tables that are indexed, their number, and what is built.</param>
    /// <param name="cancellationToken">Ends it; run it again for the rest.</param>
    /// <exception cref="MaskingRefusedException">
    /// There is no table, something else has an index's name, or another run is under way.
    /// </exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public Task CreateAsync(
        IReadOnlyList<AnalystIndex> indexes,
        Action<long, long, string> progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        return InTurnAsync(indexes, async isPartitioned =>
        {
            var done = 0L;
            for (var place = 0; place < indexes.Count; place++)
            {
                var index = indexes[place];
                if (isPartitioned && await FindAsync(index, cancellationToken) is null)
                {
                    await _locks.RunAsync(
                        LoginTables.DefaultTable,
                        token => database.ExecuteAsync(
                            $"CREATE INDEX {index.Name} ON ONLY user_logins USING {index.Method} ({index.Keys})",
                            token),
                        cancellationToken);
                }

                var tables = await IndexedTable.ListAsync(database, index, cancellationToken);
                var total = done + (tables.Count * (indexes.Count - place));
                foreach (var table in tables)
                {
                    progress(done++, total, $"{index.Column}: {table.Name}");
                    if (!table.IsDone(isPartitioned))
                    {
                        await CompleteAsync(index, table, isPartitioned, cancellationToken);
                    }
                }

                progress(done, total, index.Column);
            }
        }, cancellationToken);
    }

    /// <summary>Drops the indexes, complete or not.</summary>
    /// <param name="indexes">The indexes.</param>
    /// <param name="cancellationToken">Ends it; run it again for the rest.</param>
    /// <exception cref="MaskingRefusedException">
    /// There is no table, something else has an index's name, or another run is under way.
    /// </exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public Task DropAsync(IReadOnlyList<AnalystIndex> indexes, CancellationToken cancellationToken) =>
        InTurnAsync(indexes, async isPartitioned =>
        {
            foreach (var index in indexes)
            {
                if (isPartitioned)
                {
                    await _locks.RunAsync(
                        LoginTables.DefaultTable,
                        token => database.ExecuteAsync($"DROP INDEX IF EXISTS {index.Name}", token),
                        cancellationToken);
                }

                foreach (var table in await IndexedTable.ListAsync(database, index, cancellationToken))
                {
                    await database.ExecuteAsync(
                        $"DROP INDEX CONCURRENTLY IF EXISTS {table.OwnIndex}", cancellationToken);
                }
            }
        }, cancellationToken);

    private async Task CompleteAsync(
        AnalystIndex index, IndexedTable table, bool isPartitioned, CancellationToken cancellationToken)
    {
        try
        {
            if (table.IsThere && !table.IsUsable)
            {
                await database.ExecuteAsync($"DROP INDEX CONCURRENTLY IF EXISTS {table.OwnIndex}", cancellationToken);
            }

            if (!table.IsUsable)
            {
                await database.ExecuteAsync(
                    $"CREATE INDEX CONCURRENTLY {table.NewIndex} ON {table.Name} USING {index.Method} ({index.Keys})",
                    cancellationToken);
            }

            if (isPartitioned)
            {
                await _locks.RunAsync(
                    table.Name,
                    token => database.ExecuteAsync(
                        $"ALTER INDEX {index.Name} ATTACH PARTITION {table.OwnIndex}", token),
                    cancellationToken);
            }
        }
        catch (PostgresException exception) when (isPartitioned && exception.SqlState
            is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedObject
            or PostgresErrorCodes.InvalidObjectDefinition)
        {
            // The partition was dropped or detached meanwhile. Otherwise the index stays invalid, and the verb says so.
        }
    }

    private async Task InTurnAsync(
        IReadOnlyList<AnalystIndex> indexes, Func<bool, Task> run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(indexes);
        await database.OpenAsync(cancellationToken);
        await using var turn = await SessionTurn.TryTakeAsync(database, TurnKey, isShared: false, cancellationToken)
            ?? throw new MaskingRefusedException(
                ["Another process creates or drops indexes of user_logins: wait for its end."]);
        var isPartitioned = await ReadKindAsync(cancellationToken);
        foreach (var index in indexes)
        {
            await FindAsync(index, cancellationToken);
        }

        await run(isPartitioned);
    }

    /// <returns>Whether the table is partitioned.</returns>
    private async Task<bool> ReadKindAsync(CancellationToken cancellationToken) =>
        await database.QueryAsync(
            ReadKind, static reader => (reader.GetString(0), reader.GetString(1)), cancellationToken) switch
        {
            [("r", "")] => false,
            [("p", "")] => true,
            [(_, { Length: > 0 } others)] => throw new MaskingRefusedException(
                [$"user_logins has parts that are no plain tables, and are indexed by SQL only: {others}."]),
            _ => throw new MaskingRefusedException(
                ["There is no table user_logins: create it by 'fetch-etl migrate'."]),
        };

    /// <returns>Whether the index is valid; null where there is none.</returns>
    private async Task<bool?> FindAsync(AnalystIndex index, CancellationToken cancellationToken)
    {
        var found = await database.QueryAsync(
            ReadIndex,
            static reader => (
                IsOurs: reader.GetBoolean(0), IsValid: reader.GetBoolean(1), Method: reader.GetString(2),
                Keys: reader.GetString(3)),
            cancellationToken,
            SqlCommands.Parameter("index", index.Name));
        return found switch
        {
            [] => null,
            [{ IsOurs: true } one] when one.Method == index.Method && one.Keys == index.Keys => one.IsValid,
            _ => throw new MaskingRefusedException(
            [
                $"{index.Name} is something else than the index on user_logins ({index.Keys}): rename it or drop it.",
            ]),
        };
    }
}
