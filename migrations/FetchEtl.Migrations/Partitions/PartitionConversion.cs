using System.Data;
using System.Globalization;
using FetchEtl.Logins;
using Npgsql;

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
    private readonly ConversionSource _source;
    private readonly ConversionBuild _build;

    private PartitionConversion(
        NpgsqlConnection connection, ConversionSession session, LockRetry locks, DateOnly today, int batchBlocks)
    {
        _connection = connection;
        _session = session;
        _locks = locks;
        _source = new ConversionSource(session);
        _build = new ConversionBuild(session, _source, locks, today, batchBlocks);
    }

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

            // A policy that hides rows from the owner is an error then. It would hide them from the copy too.
            await connection.ExecuteAsync(
                "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET row_security = off",
                cancellationToken);
            var schema = await connection.ReadAsync<string>(
                "SELECT pg_catalog.quote_ident(pg_catalog.current_schema()::text)", cancellationToken);
            return new PartitionConversion(
                connection,
                new ConversionSession(connection, schema!, beforeStatement),
                new LockRetry(connection, new TableName(LoginTables.Default), report, time),
                DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
                batchBlocks);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finds a conversion that is under way, also one that was interrupted. It reads the catalog only.
    /// </summary>
    /// <param name="connection">An open connection of any role.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The interval of its partitions; null where there is none.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected the statement, or could not be reached.</exception>
    public static async Task<PartitionInterval?> FindUnderWayAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var days = await connection.ReadAsync<int?>(
            $"{ConversionSql.LastInterval} AND pg_catalog.to_regclass('{ConversionSql.State}') IS NOT NULL",
            cancellationToken,
            new NpgsqlParameter<string>("old", ConversionSql.Target));
        return days is null ? null : days == 1 ? PartitionInterval.Day : PartitionInterval.Month;
    }

    /// <summary>Reads the form of <c>user_logins</c>, and the interval of its partitions.</summary>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The interval is null where the table is plain.</returns>
    public async Task<(PartitionState State, PartitionInterval? Interval)> ReadStateAsync(
        CancellationToken cancellationToken = default)
    {
        if (await _session.ExistsAsync(ConversionSql.State, cancellationToken))
        {
            var name = await _session.ReadAsync(
                $"SELECT part_interval FROM {_session.Schema}.{ConversionSql.State}", cancellationToken);
            return (PartitionState.UnderWay, Enum.Parse<PartitionInterval>(name.Single()));
        }

        var days = await _session.QueryAsync(
            ConversionSql.LastInterval, static reader => reader.GetInt32(0), cancellationToken, _session.Old);
        return days switch
        {
            [1] => (PartitionState.Partitioned, PartitionInterval.Day),
            [_] => (PartitionState.Partitioned, PartitionInterval.Month),
            _ => (PartitionState.Plain, null),
        };
    }

    /// <summary>
    /// Says what a conversion of a plain table would do. It reads the whole table, and changes nothing.
    /// </summary>
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
            _build.FirstLeaf(interval),
        };
        var obstacles = await _source.ReadObstaclesAsync(
            Array.ConvertAll(names, _session.Qualified), cancellationToken);
        var (rows, partitions, unfit) = await _source.HidesRowsAsync(cancellationToken) ? default : (
            await _session.QueryAsync(
            ConversionCheck.Count(_session.Schema, interval),
            static reader => (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)),
            cancellationToken)).Single();
        if (unfit > 0)
        {
            obstacles.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"The create_date of {unfit:N0} rows is infinite or in no year from 1 to 9998: correct it, or set it "
                + $"to NULL."));
        }

        if (partitions > PartitionSql.MaxPartitions)
        {
            obstacles.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"The rows need {partitions:N0} partitions by {ConversionSql.Name(interval)}, and "
                + $"{PartitionSql.MaxPartitions:N0} are the most: partition by month, or correct the dates."));
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
            _session.Old);
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
        PartitionInterval interval,
        IProgress<PartitionProgress> progress,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(progress);
        switch (await ReadStateAsync(cancellationToken))
        {
            case (PartitionState.Partitioned, var had):
                Require(interval, had!.Value, "user_logins is partitioned", ".");
                return;
            case (PartitionState.UnderWay, var begun):
                var command = $"fetch-etl migrate --partition-by {ConversionSql.Name(begun!.Value)}";
                Require(
                    interval,
                    begun.Value,
                    "A conversion is under way",
                    $": run '{command}' to continue it, or with none to give it up.");
                await _source.RequireUnchangedAsync(cancellationToken);
                break;
            default:
                await _locks.RunAsync(() => _build.BeginAsync(interval, cancellationToken), cancellationToken);
                break;
        }

        await _build.CopyAsync(progress, cancellationToken);
        await _session.ExecuteAsync($"ANALYZE {_session.Qualified(ConversionSql.Target)}", cancellationToken);
        await _source.RequireUnchangedAsync(cancellationToken);
        await new TableComparer(_session).RequireEqualAsync(
            (done, total) => progress.Report(new PartitionProgress("comparing", done, total)), cancellationToken);
        await _locks.RunAsync(
            () => _session.InTransactionAsync(
                IsolationLevel.ReadCommitted,
                () => new ConversionSwitch(_session, _source).RunAsync(cancellationToken),
                cancellationToken),
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

        // Writers wait for the first step alone, since the second needs no lock of user_logins. Between the two nothing
        // is mirrored, and RequireUnchangedAsync refuses to continue such a conversion.
        await RunStepAsync(
            $"""
            LOCK TABLE {_session.Qualified("user_logins")} IN ACCESS EXCLUSIVE MODE;
            {ConversionSql.DropTriggers(_session.Schema, "user_logins")}
            """);
        await RunStepAsync(
            $"""
            {ConversionSql.DropProgress(_session.Schema)}
            DROP TABLE {_session.Qualified(ConversionSql.Target)};
            DROP FUNCTION {_session.Qualified(PartitionSql.AddPartition)}(date);
            """);
        return true;

        Task RunStepAsync(string sql) => _locks.RunAsync(
            () => _session.InTransactionAsync(
                IsolationLevel.ReadCommitted,
                async () =>
                {
                    await _session.ExecuteAsync(sql, cancellationToken);
                    return true;
                },
                cancellationToken),
            cancellationToken);
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
            () => _session.ExecuteAsync($"DROP TABLE {_session.Qualified(ConversionSql.Kept)}", cancellationToken),
            cancellationToken);
        return true;
    }

    /// <summary>Counts the rows of the old table, which a conversion keeps, and those of <c>user_logins</c>.</summary>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>Null where there is no old table.</returns>
    public async Task<KeptTable?> ReadKeptAsync(CancellationToken cancellationToken = default)
    {
        if (!await HasKeptAsync(cancellationToken))
        {
            return null;
        }

        var kept = _session.Qualified(ConversionSql.Kept);
        return (await _session.QueryAsync(
            $"""
            SELECT (SELECT pg_catalog.count(*) FROM {kept}),
                pg_catalog.pg_total_relation_size(pg_catalog.to_regclass(@kept)),
                (SELECT pg_catalog.count(*) FROM {_session.Qualified("user_logins")})
            """,
            static reader => new KeptTable(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)),
            cancellationToken,
            _session.Name("kept", ConversionSql.Kept))).Single();
    }

    /// <summary>Whether <c>user_logins</c> is partitioned and the old table is still there.</summary>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>False where another table has that name.</returns>
    public async Task<bool> HasKeptAsync(CancellationToken cancellationToken = default) =>
        await _session.ExistsAsync(ConversionSql.Kept, cancellationToken)
        && await ReadStateAsync(cancellationToken) is (PartitionState.Partitioned, _);

    /// <summary>Closes the connection, so that others may migrate.</summary>
    /// <returns>A task that completes when it is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        await LoginMigrations.EndTurnAsync(_connection);
        await _connection.DisposeAsync();
    }

    private static void Require(PartitionInterval wanted, PartitionInterval had, string what, string end)
    {
        if (wanted != had)
        {
            throw new LoginMigrationException(
                $"{what} by {ConversionSql.Name(had)} already, and FetchEtl cannot change that to "
                + $"{ConversionSql.Name(wanted)}{end}");
        }
    }
}
