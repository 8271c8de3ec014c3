using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>The table that a conversion copies: its columns, how far it is copied, and what changed in it.</summary>
/// <param name="session">The session.</param>
internal sealed class ConversionSource(ConversionSession session)
{
    /// <summary>The next block to copy, and the blocks that the table had when the mirror began.</summary>
    /// <exception cref="LoginMigrationException">The table was rewritten.</exception>
    public async Task<(long Next, long Total)> ReadPlaceAsync(CancellationToken cancellationToken)
    {
        var (next, total, isSame) = (await session.QueryAsync(
            $"""
            SELECT next_block, total_blocks, file = pg_catalog.pg_relation_filenode(pg_catalog.to_regclass(@old))
            FROM {session.Qualified(ConversionSql.State)} FOR UPDATE
            """,
            static reader => (reader.GetInt64(0), reader.GetInt64(1), reader.GetBoolean(2)),
            cancellationToken,
            session.Old)).Single();
        return isSame ? (next, total) : throw new LoginMigrationException(
            "user_logins was rewritten since the conversion began, by VACUUM FULL, CLUSTER or ALTER TABLE, so it is "
            + "not known which rows are copied. user_logins stays as it is: give the conversion up by 'fetch-etl "
            + "migrate --partition-by none', and start again.");
    }

    /// <summary>The columns that are copied, as SQL lists them.</summary>
    public async Task<string> ReadColumnsAsync(CancellationToken cancellationToken) => string.Join(
        ", ",
        await session.ReadAsync(
            """
            SELECT pg_catalog.quote_ident(a.attname::text) FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = pg_catalog.to_regclass(@old)::oid AND a.attnum > 0 AND NOT a.attisdropped
                AND a.attgenerated = ''
            ORDER BY a.attnum
            """,
            cancellationToken,
            session.Old));

    /// <summary>Reads what forbids a conversion.</summary>
    /// <param name="names">The qualified names that must be free.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    public Task<List<string>> ReadObstaclesAsync(string[] names, CancellationToken cancellationToken) =>
        session.ReadAsync(
            ConversionCheck.Obstacles,
            cancellationToken,
            session.Old,
            new NpgsqlParameter<string[]>("names", names));

    /// <summary>Whether row-level security hides rows from this role, so that nothing can be read.</summary>
    public async Task<bool> HidesRowsAsync(CancellationToken cancellationToken) => (await session.QueryAsync(
        "SELECT pg_catalog.row_security_active(pg_catalog.to_regclass(@old)::oid)",
        static reader => reader.GetBoolean(0),
        cancellationToken,
        session.Old)).Single();

    /// <summary>Requires that table and copy are as the conversion left them.</summary>
    /// <exception cref="LoginMigrationException">One of them was changed.</exception>
    public async Task RequireUnchangedAsync(CancellationToken cancellationToken)
    {
        await ReadPlaceAsync(cancellationToken);
        var obstacles = await ReadObstaclesAsync([], cancellationToken);
        if (obstacles.Count > 0)
        {
            throw new LoginMigrationException(
                $"Since the conversion began, user_logins got what partitions cannot have. "
                + $"{string.Join(' ', obstacles)} user_logins stays as it is: run the same command again afterwards, "
                + "or give the conversion up by 'fetch-etl migrate --partition-by none'.");
        }

        var triggers = await session.ReadAsync(
            """
            SELECT t.tgname::text FROM pg_catalog.pg_trigger AS t
            WHERE t.tgrelid = pg_catalog.to_regclass(@old)::oid AND t.tgenabled = 'A' AND NOT t.tgisinternal
            """,
            cancellationToken,
            session.Old);
        string[] changed =
        [
            .. ConversionSql.Triggers.Except(triggers).Select(name => $"the trigger {name}"),
            .. (await session.ReadAsync(ConversionCheck.ChangedColumns, cancellationToken, session.Old, session.Target))
                .Select(name => $"the column {name}"),
            .. (await session.ReadAsync(ConversionCheck.ChangedChecks, cancellationToken, session.Old, session.Target))
                .Select(name => $"the check {name}"),
            .. (await session.ReadAsync(CarriedOver.ChangedIndexes, cancellationToken, session.Old, session.Target))
                .Select(name => $"the index {name}"),
        ];
        if (changed.Length > 0)
        {
            throw new LoginMigrationException(
                $"Somebody changed user_logins since the conversion began: {string.Join(", ", changed)}. user_logins "
                + "stays as it is: undo the change, or give the conversion up by 'fetch-etl migrate --partition-by "
                + "none', and start again.");
        }
    }
}
