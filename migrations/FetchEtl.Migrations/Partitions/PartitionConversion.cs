using System.Data;
using System.Globalization;
using FetchEtl.Logins;
using Npgsql;
using NpgsqlTypes;

namespace FetchEtl.Migrations;

/// <summary>
/// Turns <c>user_logins</c> into a table that is partitioned by <c>create_date</c>, in place, while others insert into
/// it. Each transaction is kept: after an error or a kill, the next run continues. Updates and deletes of others are
/// refused from the begin to the switch.
/// </summary>
/// <remarks>
/// <para>
/// A partitioned copy is built beside the table. Triggers mirror each new row into it, in the transaction that inserts
/// the row; older rows are copied, some thousand in a transaction. Then both are compared, and the copy takes the name,
/// the rights, the views and the indexes of the table. The old table stays as <c>user_logins_unpartitioned</c>.
/// </para>
/// <para>The connection keeps session state; see <see cref="LoginMigrations"/>.</para>
/// </remarks>
public sealed class PartitionConversion : IAsyncDisposable
{
    /// <summary>The constraint that an error names where a conversion refuses an update or a delete.</summary>
    public const string Refusal = ConversionSql.State;

    /// <summary>The old table after the switch.</summary>
    public const string Kept = ConversionSql.Kept;

    /// <summary>Some thousand rows, for some ten milliseconds.</summary>
    internal const int DefaultBatchBlocks = 128;

    private readonly NpgsqlConnection _connection;
    private readonly ConversionSession _session;
    private readonly LockRetry _locks;
    private readonly string _schema;
    private readonly DateOnly _today;
    private readonly int _batchBlocks;

    private PartitionConversion(
        NpgsqlConnection connection,
        ConversionSession session,
        LockRetry locks,
        string schema,
        DateOnly today,
        int batchBlocks)
    {
        _batchBlocks = batchBlocks;
        _connection = connection;
        _session = session;
        _locks = locks;
        _schema = schema;
        _today = today;
    }

    private NpgsqlParameter Old => Name("old", "user_logins");

    private NpgsqlParameter Target => Name("target", ConversionSql.Target);

    /// <summary>Connects, and waits for other processes that migrate.</summary>
    /// <param name="connectionString">
    /// Npgsql's connection string, of the owner of <c>user_logins</c>. All migrations must have been applied.
    /// </param>
    /// <param name="report">Receives each wait, as a sentence.</param>
    /// <param name="time">Measures the pauses between attempts, and says which partitions are ahead.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The conversion, which has done nothing yet.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL cannot be reached.</exception>
    public static Task<PartitionConversion> OpenAsync(
        string connectionString,
        Action<string> report,
        TimeProvider time,
        CancellationToken cancellationToken = default) =>
        OpenAsync(connectionString, report, time, DefaultBatchBlocks, beforeStatement: null, cancellationToken);

    /// <summary>
    /// As the public form, with a number of blocks a transaction. A test can end the conversion before any statement.
    /// </summary>
    internal static async Task<PartitionConversion> OpenAsync(
        string connectionString,
        Action<string> report,
        TimeProvider time,
        int batchBlocks,
        Action<string>? beforeStatement,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(time);
        var connection = new NpgsqlConnection(LoginMigrations.Session(connectionString).ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await LoginMigrations.TakeTurnAsync(connection, report, time, cancellationToken);
            await connection.ExecuteAsync(
                "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0", cancellationToken);
            var schema = await connection.ReadAsync<string>(
                "SELECT pg_catalog.quote_ident(pg_catalog.current_schema()::text)", cancellationToken);
            return new PartitionConversion(
                connection,
                new ConversionSession(connection, beforeStatement),
                new LockRetry(connection, new TableName(LoginTables.Default), report, time),
                schema!,
                DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
                batchBlocks);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads the form of <c>user_logins</c>, and the interval of its partitions.</summary>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The interval is null where the table is plain.</returns>
    public async Task<(PartitionState State, PartitionInterval? Interval)> ReadStateAsync(
        CancellationToken cancellationToken = default)
    {
        if (await ExistsAsync(ConversionSql.State, cancellationToken))
        {
            var name = await _session.ReadAsync(
                $"SELECT part_interval FROM {_schema}.{ConversionSql.State}", cancellationToken);
            return (PartitionState.UnderWay, Enum.Parse<PartitionInterval>(name.Single()));
        }

        var days = await _session.QueryAsync(
            """
            SELECT coalesce((SELECT b.bounds[2]::date - b.bounds[1]::date
                FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS l ON l.oid = i.inhrelid
                    CROSS JOIN LATERAL pg_catalog.regexp_match(pg_catalog.pg_get_expr(l.relpartbound, l.oid),
                        '^FOR VALUES FROM \(''([^'']+)''\) TO \(''([^'']+)''\)$') AS b (bounds)
                WHERE i.inhparent = c.oid AND b.bounds IS NOT NULL
                ORDER BY b.bounds[2]::date DESC LIMIT 1), 0)
            FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass(@old)::oid AND c.relkind = 'p'
            """,
            static reader => reader.GetInt32(0),
            cancellationToken,
            Old);
        return days switch
        {
            [1] => (PartitionState.Partitioned, PartitionInterval.Day),
            [_] => (PartitionState.Partitioned, PartitionInterval.Month),
            _ => (PartitionState.Plain, null),
        };
    }

    /// <summary>Says what a conversion of a plain table would do. It reads the whole table, and changes nothing.</summary>
    /// <param name="interval">The interval of the partitions.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="LoginMigrationException">Something forbids it; each obstacle has its remedy.</exception>
    public async Task<PartitionPlan> PlanAsync(
        PartitionInterval interval, CancellationToken cancellationToken = default)
    {
        var names = new[]
        {
            ConversionSql.Target, PartitionSql.Undated, ConversionSql.Kept, ConversionSql.Rows,
            FirstLeaf(interval),
        };
        var obstacles = await _session.ReadAsync(
            ConversionCheck.Obstacles,
            cancellationToken,
            Old,
            new NpgsqlParameter<string[]>("names", Array.ConvertAll(names, Qualified)));
        var (rows, partitions, unfit) = (await _session.QueryAsync(
            ConversionCheck.Count(_schema, interval),
            static reader => (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)),
            cancellationToken)).Single();
        if (unfit > 0)
        {
            obstacles.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"The create_date of {unfit:N0} rows is infinite or in no year from 1 to 9998: correct it, or set it "
                + $"to NULL."));
        }

        if (obstacles.Count > 0)
        {
            throw new LoginMigrationException(
                $"user_logins cannot be partitioned as it is. {string.Join(' ', obstacles)}");
        }

        var bytes = await _session.QueryAsync(
            "SELECT pg_catalog.pg_total_relation_size(pg_catalog.to_regclass(@old))",
            static reader => reader.GetInt64(0),
            cancellationToken,
            Old);
        return new PartitionPlan(rows, bytes.Single(), partitions);
    }

    /// <summary>Begins a conversion or continues one, up to the switch.</summary>
    /// <param name="interval">The interval of the partitions; that of the conversion under way, where there is one.
    /// </param>
    /// <param name="progress">Receives a report after each transaction.</param>
    /// <param name="cancellationToken">Cancels the statement under way; what is copied stays copied.</param>
    /// <returns>A task that completes when the table is partitioned.</returns>
    /// <exception cref="LoginMigrationException">
    /// A lock stayed taken, the table was changed meanwhile, or the copy differs. The old table is still in use.
    /// </exception>
    /// <exception cref="NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task RunAsync(
        PartitionInterval interval, IProgress<PartitionProgress> progress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(progress);
        switch (await ReadStateAsync(cancellationToken))
        {
            case (PartitionState.Partitioned, var had):
                Require(interval, had!.Value, "user_logins is partitioned");
                return;
            case (PartitionState.UnderWay, var begun):
                Require(interval, begun!.Value, "a conversion is under way");
                break;
            default:
                await _locks.RunAsync(() => BeginAsync(interval, cancellationToken), cancellationToken);
                break;
        }

        await CopyAsync(progress, cancellationToken);
        await _session.ExecuteAsync($"ANALYZE {Qualified(ConversionSql.Target)}", cancellationToken);
        await RequireUnchangedAsync(cancellationToken);
        await new TableComparer(_session, _schema).RequireEqualAsync(
            (done, total) => progress.Report(new PartitionProgress("comparing", done, total)), cancellationToken);
        await _locks.RunAsync(
            () => _session.InTransactionAsync(
                IsolationLevel.ReadCommitted, () => SwitchAsync(cancellationToken), cancellationToken),
            cancellationToken);
    }

    /// <summary>Gives up a conversion that is under way: <c>user_logins</c> stays as it is.</summary>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="LoginMigrationException">A lock stayed taken.</exception>
    public async Task<bool> GiveUpAsync(CancellationToken cancellationToken = default)
    {
        if (await ReadStateAsync(cancellationToken) is not (PartitionState.UnderWay, _))
        {
            return false;
        }

        await _locks.RunAsync(
            () => _session.InTransactionAsync(IsolationLevel.ReadCommitted, DropAsync, cancellationToken),
            cancellationToken);
        return true;

        async Task<bool> DropAsync()
        {
            await _session.ExecuteAsync(
                $"""
                LOCK TABLE {Qualified("user_logins")} IN ACCESS EXCLUSIVE MODE;
                {ConversionSql.DropHelpers(_schema, "user_logins")}
                DROP TABLE {Qualified(ConversionSql.Target)};
                DROP FUNCTION {Qualified(PartitionSql.AddPartition)}(date);
                """,
                cancellationToken);
            return true;
        }
    }

    /// <summary>Drops the old table, which a conversion keeps.</summary>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="LoginMigrationException">A lock stayed taken.</exception>
    public async Task<bool> DropKeptAsync(CancellationToken cancellationToken = default)
    {
        if (!await HasKeptAsync(cancellationToken))
        {
            return false;
        }

        await _locks.RunAsync(
            () => _session.ExecuteAsync($"DROP TABLE {Qualified(ConversionSql.Kept)}", cancellationToken),
            cancellationToken);
        return true;
    }

    /// <summary>Whether <c>user_logins</c> is partitioned and the old table is still there.</summary>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>False where another table has that name.</returns>
    public async Task<bool> HasKeptAsync(CancellationToken cancellationToken = default) =>
        await ExistsAsync(ConversionSql.Kept, cancellationToken)
        && await ReadStateAsync(cancellationToken) is (PartitionState.Partitioned, _);

    /// <summary>Closes the connection, so that others may migrate.</summary>
    /// <returns>A task that completes when it is closed.</returns>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static void Require(PartitionInterval wanted, PartitionInterval had, string what)
    {
        if (wanted != had)
        {
            throw new LoginMigrationException(
                $"{what} by {ConversionSql.Name(had)}, and FetchEtl cannot change that to "
                + $"{ConversionSql.Name(wanted)}: run 'fetch-etl migrate --partition-by {ConversionSql.Name(had)}'.");
        }
    }

    private string Qualified(string table) => $"{_schema}.{table}";

    private NpgsqlParameter<string> Name(string parameter, string table) => new(parameter, Qualified(table));

    private string FirstLeaf(PartitionInterval interval) => interval == PartitionInterval.Month
        ? _today.ToString("'user_logins_p'yyyy'_'MM", CultureInfo.InvariantCulture)
        : _today.ToString("'user_logins_p'yyyy'_'MM'_'dd", CultureInfo.InvariantCulture);

    private async Task<bool> ExistsAsync(string table, CancellationToken cancellationToken) =>
        (await _session.QueryAsync(
            "SELECT pg_catalog.to_regclass(@table) IS NOT NULL",
            static reader => reader.GetBoolean(0),
            cancellationToken,
            Name("table", table))).Single();

    /// <summary>Creates the copy and the helpers, and then begins to mirror: the lock is held shortly.</summary>
    private async Task BeginAsync(PartitionInterval interval, CancellationToken cancellationToken)
    {
        var columns = await ReadColumnsAsync(cancellationToken);
        await _session.InTransactionAsync(IsolationLevel.ReadCommitted, CreateAsync, cancellationToken);

        async Task<bool> CreateAsync()
        {
            var options = (await _session.ReadAsync(
                PartitionSql.WithOptions, cancellationToken, Name("table", "user_logins"))).Single();
            await _session.ExecuteAsync(
                PartitionSql.CreateParent(_schema, ConversionSql.Target, options), cancellationToken);
            await _session.ExecuteEachAsync(
                await _session.ReadAsync(CarriedOver.Indexes, cancellationToken, Old, Target), cancellationToken);
            await _session.ExecuteEachAsync(
                await _session.ReadAsync(CarriedOver.Columns, cancellationToken, Old, Target), cancellationToken);
            await _session.ExecuteAsync(
                PartitionSql.CreateFirstLeaf(_schema, ConversionSql.Target, interval, _today, options),
                cancellationToken);
            await _session.ExecuteAsync(
                PartitionSql.CreateFunction(_schema, ConversionSql.Target), cancellationToken);
            await _session.ExecuteAsync(
                ConversionSql.CreateHelpers(_schema, columns, interval), cancellationToken);
            string[] tables =
            [
                ConversionSql.Target, PartitionSql.Undated, FirstLeaf(interval), ConversionSql.State,
                ConversionSql.Rows,
            ];
            await GiveToOwnerAsync(tables, cancellationToken);
            await _session.ExecuteAsync(
                $"SELECT {Qualified(PartitionSql.AddPartition)}(d.day) FROM pg_catalog.unnest(@days) AS d (day)",
                cancellationToken,
                new NpgsqlParameter<DateOnly[]>("days", Ahead(interval)));
            await _session.ExecuteAsync(ConversionSql.BeginMirroring(_schema), cancellationToken);
            return true;
        }
    }

    /// <summary>The owner adds partitions later, and default privileges must give others no rights.</summary>
    private async Task GiveToOwnerAsync(string[] tables, CancellationToken cancellationToken)
    {
        string[] owned =
        [
            .. tables.Select(table => $"TABLE {Qualified(table)}"),
            .. ConversionSql.Functions(_schema).Select(function => $"FUNCTION {function}"),
        ];
        await _session.ExecuteEachAsync(
            await _session.ReadAsync(
                CarriedOver.Owner, cancellationToken, Old, new NpgsqlParameter<string[]>("targets", owned)),
            cancellationToken);
        foreach (var table in tables)
        {
            await RevokeAsync(table, cancellationToken);
        }
    }

    private async Task RevokeAsync(string table, CancellationToken cancellationToken) =>
        await _session.ExecuteEachAsync(
            await _session.ReadAsync(
                CarriedOver.Revokes, cancellationToken, Name("old", table), Name("target", table)),
            cancellationToken);

    private DateOnly[] Ahead(PartitionInterval interval) => interval == PartitionInterval.Month
        ? [.. Enumerable.Range(1, 2).Select(_today.AddMonths)]
        : [.. Enumerable.Range(1, 7).Select(_today.AddDays)];

    private async Task CopyAsync(IProgress<PartitionProgress> progress, CancellationToken cancellationToken)
    {
        var columns = await ReadColumnsAsync(cancellationToken);
        (long Next, long Total) place;
        do
        {
            place = default;
            await _locks.RunAsync(
                async () => place = await _session.InTransactionAsync(
                    IsolationLevel.ReadCommitted, () => CopyRangeAsync(columns, cancellationToken), cancellationToken),
                cancellationToken);
            progress.Report(new PartitionProgress("copying", place.Next, place.Total));
        }
        while (place.Next < place.Total);
    }

    /// <summary>Copies one range, and records it in the same transaction.</summary>
    private async Task<(long Next, long Total)> CopyRangeAsync(string columns, CancellationToken cancellationToken)
    {
        // From here on nobody can rewrite the table.
        await _session.ExecuteAsync(
            $"LOCK TABLE ONLY {Qualified("user_logins")} IN ACCESS SHARE MODE", cancellationToken);
        var (from, total) = await ReadPlaceAsync(cancellationToken);
        var to = Math.Min(from + _batchBlocks, total);
        if (from < to)
        {
            await _session.ExecuteAsync(ConversionSql.AddPartitions(_schema), cancellationToken, Range());
            await _session.ExecuteAsync(ConversionSql.Copy(_schema, columns), cancellationToken, Range());
            await _session.ExecuteAsync(
                $"UPDATE {Qualified(ConversionSql.State)} SET next_block = @to",
                cancellationToken,
                new NpgsqlParameter<long>("to", to));
        }

        return (to, total);

        NpgsqlParameter[] Range() =>
        [
            Tid("from", from),
            Tid("to", to),
        ];

        static NpgsqlParameter Tid(string name, long block) =>
            new NpgsqlParameter<NpgsqlTid>(name, new NpgsqlTid((uint)block, 0)) { NpgsqlDbType = NpgsqlDbType.Tid };
    }

    private async Task<(long Next, long Total)> ReadPlaceAsync(CancellationToken cancellationToken)
    {
        var (next, total, isSame) = (await _session.QueryAsync(
            $"""
            SELECT next_block, total_blocks, file = pg_catalog.pg_relation_filenode(pg_catalog.to_regclass(@old))
            FROM {Qualified(ConversionSql.State)} FOR UPDATE
            """,
            static reader => (reader.GetInt64(0), reader.GetInt64(1), reader.GetBoolean(2)),
            cancellationToken,
            Old)).Single();
        return isSame ? (next, total) : throw new LoginMigrationException(
            "user_logins was rewritten since the conversion began, by VACUUM FULL, CLUSTER or ALTER TABLE, so it is "
            + "not known which rows are copied. user_logins stays as it is: give the conversion up by 'fetch-etl "
            + "migrate --partition-by none', and start again.");
    }

    private async Task<string> ReadColumnsAsync(CancellationToken cancellationToken) => string.Join(
        ", ",
        await _session.ReadAsync(
            """
            SELECT pg_catalog.quote_ident(a.attname::text) FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = pg_catalog.to_regclass(@old)::oid AND a.attnum > 0 AND NOT a.attisdropped
                AND a.attgenerated = ''
            ORDER BY a.attnum
            """,
            cancellationToken,
            Old));

    /// <summary>Gives the copy the place of the table. Everybody else waits meanwhile, for some milliseconds.</summary>
    private async Task<bool> SwitchAsync(CancellationToken cancellationToken)
    {
        await _session.ExecuteAsync(
            $"""
            SET LOCAL search_path = pg_catalog;
            LOCK TABLE {Qualified("user_logins")}, {Qualified(ConversionSql.Target)} IN ACCESS EXCLUSIVE MODE
            """,
            cancellationToken);
        await RequireUnchangedAsync(cancellationToken);

        // What names user_logins now will name the table that has the name then.
        var named = new NpgsqlParameter<string>("target", Qualified("user_logins"));
        var views = await _session.ReadAsync(CarriedOver.Views, cancellationToken, Old);
        var behaviour = await _session.ReadAsync(
            CarriedOver.Behaviour,
            cancellationToken,
            Old,
            named,
            new NpgsqlParameter<string[]>("triggers", [.. ConversionSql.Triggers]));
        var sequences = await _session.ReadAsync(CarriedOver.Sequences, cancellationToken, Old, named.Clone());
        var grants = await _session.ReadAsync(
            CarriedOver.Grants,
            cancellationToken,
            Old,
            named.Clone(),
            Name("function", PartitionSql.AddPartition));
        var indexes = await _session.ReadAsync(CarriedOver.IndexNames, cancellationToken, Old);
        await _session.ExecuteAsync(ConversionSql.ChangePlaces(_schema), cancellationToken);
        await _session.ExecuteEachAsync(
            [.. indexes, .. views, .. behaviour, .. sequences, .. grants], cancellationToken);
        await RevokeAsync(ConversionSql.Kept, cancellationToken);
        return true;
    }

    private async Task RequireUnchangedAsync(CancellationToken cancellationToken)
    {
        await ReadPlaceAsync(cancellationToken);
        var triggers = await _session.ReadAsync(
            """
            SELECT t.tgname::text FROM pg_catalog.pg_trigger AS t
            WHERE t.tgrelid = pg_catalog.to_regclass(@old)::oid AND t.tgenabled = 'A' AND NOT t.tgisinternal
            """,
            cancellationToken,
            Old);
        string[] changed =
        [
            .. ConversionSql.Triggers.Except(triggers).Select(name => $"the trigger {name}"),
            .. (await _session.ReadAsync(ConversionCheck.ChangedColumns, cancellationToken, Old, Target))
                .Select(name => $"the column {name}"),
            .. (await _session.ReadAsync(CarriedOver.ChangedIndexes, cancellationToken, Old, Target))
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
