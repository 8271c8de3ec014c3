using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>
/// Creates or updates the table that logins are written to: <c>user_logins</c> in the first schema of the
/// <c>search_path</c>, or where <see cref="StorageOptions"/> say. A table that exists is adopted with its rows.
/// </summary>
public static class LoginMigrations
{
    private const string TryLock =
        "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended('FetchEtl.Migrations', 0))";

    private const string Unlock =
        "SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended('FetchEtl.Migrations', 0))";

    private const string Schema = "SELECT pg_catalog.current_schema()::text";

    private const string CountRows = "SELECT pg_catalog.count(*) FROM user_logins";

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    /// <summary>Applies the migrations that are missing, without reports; see the overload.</summary>
    /// <param name="connectionString">Npgsql's connection string, of a role that may create tables.</param>
    /// <param name="cancellationToken">Cancels the statement that runs.</param>
    /// <returns>A task that completes when the tables are up to date.</returns>
    public static Task MigrateAsync(string connectionString, CancellationToken cancellationToken = default) =>
        MigrateAsync(connectionString, static _ => { }, TimeProvider.System, cancellationToken);

    /// <summary>Applies the migrations that are missing, under other names and without reports.</summary>
    /// <param name="connectionString">Npgsql's connection string, of a role that may create tables.</param>
    /// <param name="storage">The schema, which is created where it does not exist, and the table's name.</param>
    /// <param name="cancellationToken">Cancels the statement that runs.</param>
    /// <returns>A task that completes when the tables are up to date.</returns>
    public static Task MigrateAsync(
        string connectionString, StorageOptions storage, CancellationToken cancellationToken = default) =>
        MigrateAsync(connectionString, storage, static _ => { }, TimeProvider.System, cancellationToken);

    /// <summary>Creates the database that the connection string names, where it does not exist.</summary>
    /// <param name="connectionString">
    /// Npgsql's connection string, of a role that may create databases. It connects to the database <c>postgres</c>.
    /// </param>
    /// <param name="cancellationToken">Cancels the statement that runs.</param>
    /// <returns>Whether it did not exist.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL cannot be reached or rejects the statement.</exception>
    public static async Task<bool> CreateDatabaseAsync(
        string connectionString, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);

        await using var context = LoginDbContextFactory.Create(Session(connectionString).ConnectionString);
        var database = context.GetService<IRelationalDatabaseCreator>();
        if (await database.ExistsAsync(cancellationToken))
        {
            return false;
        }

        try
        {
            await database.CreateAsync(cancellationToken);
            return true;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // Another process created it meanwhile. EF Core itself ignores a creation at the same moment.
            return false;
        }
    }

    /// <inheritdoc cref="MigrateAsync(string, StorageOptions, Action{string}, TimeProvider, CancellationToken)"/>
    public static Task<LoginMigrationResult> MigrateAsync(
        string connectionString,
        Action<string> report,
        TimeProvider time,
        CancellationToken cancellationToken = default) =>
        MigrateAsync(connectionString, new StorageOptions(), report, time, cancellationToken);

    /// <summary>
    /// Applies the migrations that are missing, each in one transaction. Processes that run this at the same time take
    /// turns.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Readers and writers of <c>user_logins</c> wait at most 2 seconds at a time. A statement that does not get its
    /// lock by then is tried again after a pause, 30 times within 14 minutes. The index of an adopted table is built
    /// concurrently. After an error or a kill, the next call continues.
    /// </para>
    /// <para>
    /// The connection keeps session state, so it must reach PostgreSQL directly or through a pooler in session mode.
    /// </para>
    /// </remarks>
    /// <param name="connectionString">
    /// Npgsql's connection string, of a role that may create tables and owns those that exist.
    /// </param>
    /// <param name="storage">
    /// The schema, which is created where it does not exist, and the name of the logins' table. EF Core's history of
    /// the migrations stands in that schema too, apart from the application's own.
    /// </param>
    /// <param name="report">
    /// Receives server, database and schema, then each step and each wait, as sentences.
    /// </param>
    /// <param name="time">Measures the pauses between attempts.</param>
    /// <param name="cancellationToken">
    /// Cancels the statement that runs. Its transaction is rolled back; an unfinished index stays INVALID until the
    /// next call.
    /// </param>
    /// <returns>What was done. The tables are up to date.</returns>
    /// <exception cref="NpgsqlException">
    /// PostgreSQL cannot be reached or rejects a statement. Where a table cannot be adopted, the message names the
    /// column and the exception's hint the remedy.
    /// </exception>
    /// <exception cref="ArgumentException">A name is not valid; see <see cref="StorageOptions"/>.</exception>
    /// <exception cref="LoginMigrationException">
    /// The database or a schema for the table does not exist, a lock stayed taken, message ids are not unique,
    /// somebody dropped a table, a column or the index since, or the history lost a migration whose objects exist.
    /// </exception>
    public static async Task<LoginMigrationResult> MigrateAsync(
        string connectionString,
        StorageOptions storage,
        Action<string> report,
        TimeProvider time,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(time);

        var tables = LoginTables.Of(storage);
        var name = new TableName(tables);
        var session = Session(connectionString);
        if (tables.Schema is { } schema)
        {
            // Nothing of another schema is found, such as the application's own tables and history.
            session.SearchPath = $"\"{schema}\"";
        }

        await using var context = LoginDbContextFactory.Create(session.ConnectionString, name);
        var connection = (NpgsqlConnection)context.Database.GetDbConnection();
        if (!await context.GetService<IRelationalDatabaseCreator>().ExistsAsync(cancellationToken))
        {
            throw new LoginMigrationException(
                $"There is no database {session.Database} on server {session.Host}:{session.Port}. Correct the "
                + "connection string, or create the database: 'fetch-etl migrate --create-database' does.");
        }

        await context.Database.OpenConnectionAsync(cancellationToken);
        await CreateSchemaAsync(connection, tables, cancellationToken);
        await ReportTargetAsync(connection, report, cancellationToken);
        await TakeTurnAsync(connection, report, time, cancellationToken);
        try
        {
            foreach (var finding in await SchemaCheck.FindAsync(connection, cancellationToken))
            {
                report($"Warning: {finding}.");
            }

            // A timeout that the role sets for its queries would interrupt every build of a large index.
            await connection.ExecuteAsync("SET statement_timeout = 0", cancellationToken);
            var adoption = new TableAdoption(connection, name, report, time);
            var hadTable = await adoption.HasTableAsync(cancellationToken);
            string[] missing = [.. await context.Database.GetPendingMigrationsAsync(cancellationToken)];
            await new LockRetry(connection, name, report, time).RunAsync(ApplyAsync, cancellationToken);
            await using var model = LoginDbContextFactory.CreateModel(connection, tables);
            await TableComparison.RequireAsync(model, connection, cancellationToken);

            var isFirst = missing.Contains(TableAdoption.MigrationId, StringComparer.Ordinal);
            return new LoginMigrationResult(
                (isFirst, hadTable, missing.Length) switch
                {
                    (_, _, 0) => LoginMigrationOutcome.Unchanged,
                    (true, false, _) => LoginMigrationOutcome.Created,
                    (true, true, _) => LoginMigrationOutcome.Adopted,
                    _ => LoginMigrationOutcome.Updated,
                },
                missing,
                isFirst && hadTable ? await connection.ReadAsync<long>(name.In(CountRows), cancellationToken) : null);

            async Task ApplyAsync()
            {
                var pending = await context.Database.GetPendingMigrationsAsync(cancellationToken);
                if (pending.Contains(TableAdoption.MigrationId, StringComparer.Ordinal))
                {
                    await adoption.RunAsync(cancellationToken);
                }

                try
                {
                    await context.Database.MigrateAsync(cancellationToken);
                }
                catch (PostgresException exists) when (LostHistory.IsSeenIn(exists))
                {
                    throw await LostHistory.DescribeAsync(context, exists, cancellationToken);
                }
            }
        }
        finally
        {
            await EndTurnAsync(connection);
        }
    }

    /// <summary>Reads which migrations are missing, and changes nothing.</summary>
    /// <param name="connection">
    /// An open connection of a role that may read <c>__EFMigrationsHistory</c>, where that exists.
    /// </param>
    /// <param name="cancellationToken">Cancels the statement that runs.</param>
    /// <returns>Their ids, in order; empty where the tables are up to date.</returns>
    /// <exception cref="NpgsqlException">PostgreSQL cannot be reached or rejects a statement.</exception>
    public static async Task<IReadOnlyList<string>> FindPendingAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var context = LoginDbContextFactory.Create(connection);
        return [.. await context.Database.GetPendingMigrationsAsync(cancellationToken)];
    }

    /// <summary>All migrations as one SQL script that can run any number of times, for instance with psql.</summary>
    /// <remarks>
    /// It stops with a hint at a <c>user_logins</c> that has rows and was not adopted: only
    /// <see cref="MigrateAsync(string, CancellationToken)"/> builds an index without blocking writers.
    /// </remarks>
    /// <returns>
    /// What <c>dotnet ef migrations script --idempotent</c> prints, with line feeds only. EF Core compares ids by an
    /// operator that varchar does not have, so that another role's operator could match: here they are cast to text.
    /// </returns>
    public static string Script()
    {
        using var context = LoginDbContextFactory.Create(connectionString: null);
        var script = context.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);
        return script.ReplaceLineEndings("\n")
            .Replace("WHERE \"MigrationId\" = '", "WHERE \"MigrationId\"::text = '", StringComparison.Ordinal);
    }

    /// <summary>The connection has session state, so no pool may keep it.</summary>
    internal static NpgsqlConnectionStringBuilder Session(string connectionString) =>
        new(connectionString) { Pooling = false, Multiplexing = false };

    private static string Server(NpgsqlConnection connection) => $"server {connection.Host}:{connection.Port}";

    /// <summary>Needs no right where the schema exists.</summary>
    private static async Task CreateSchemaAsync(
        NpgsqlConnection connection, LoginTables tables, CancellationToken cancellationToken)
    {
        if (tables.Schema is not null && await connection.ReadAsync<string>(Schema, cancellationToken) is null)
        {
            await connection.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS \"{tables.Schema}\"", cancellationToken);
        }
    }

    /// <summary>
    /// Reports where the tables will be, before anything is done: a mistyped name shows also where a step fails.
    /// </summary>
    private static async Task ReportTargetAsync(
        NpgsqlConnection connection, Action<string> report, CancellationToken cancellationToken)
    {
        var schema = await connection.ReadAsync<string>(Schema, cancellationToken) ?? throw new LoginMigrationException(
            $"No schema of the search_path exists in database {connection.Database} on {Server(connection)}. Create "
            + "one, or correct Search Path in the connection string.");
        report($"PostgreSQL {Server(connection)}, database {connection.Database}, schema {schema}.");
    }

    /// <summary>
    /// Waits for other processes that migrate. EF Core's own lock ends with each migration, so it does not exclude
    /// them. This lock belongs to the session that builds the index: after a kill of the client, it lasts until the
    /// build ends. A blocking wait for it would hold a snapshot, and the other process's build would wait for that.
    /// </summary>
    internal static async Task TakeTurnAsync(
        NpgsqlConnection connection, Action<string> report, TimeProvider time, CancellationToken cancellationToken)
    {
        var reported = false;
        while (!await connection.ReadAsync<bool>(TryLock, cancellationToken))
        {
            if (!reported)
            {
                report("Another process migrates this database. Waiting until it has finished.");
                reported = true;
            }

            await Task.Delay(LockPoll, time, cancellationToken);
        }
    }

    /// <summary>
    /// Ends the turn. The server would end it too, but some time after the connection is closed, when its process
    /// exits. It throws nothing where the session is lost, so that the caller sees why.
    /// </summary>
    internal static async Task EndTurnAsync(NpgsqlConnection connection)
    {
        try
        {
            await using var command = new NpgsqlCommand(Unlock, connection) { CommandTimeout = 5 };
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            // The session is lost, and with it the turn.
        }
    }
}
