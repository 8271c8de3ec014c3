using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>
/// Creates or updates the table that logins are written to, <c>user_logins</c> in the first schema of the
/// <c>search_path</c>. A table that exists is adopted with its rows.
/// </summary>
public static class LoginMigrations
{
    private const string TryLock =
        "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended('FetchEtl.Migrations', 0))";

    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(200);

    /// <summary>Applies the migrations that are missing, without reports; see the overload.</summary>
    /// <param name="connectionString">Npgsql's connection string, of a role that may create tables.</param>
    /// <param name="cancellationToken">Cancels the statement that runs.</param>
    /// <returns>A task that completes when the tables are up to date.</returns>
    public static Task MigrateAsync(string connectionString, CancellationToken cancellationToken = default) =>
        MigrateAsync(connectionString, static _ => { }, TimeProvider.System, cancellationToken);

    /// <summary>
    /// Applies the migrations that are missing, each in one transaction. Creates the database where it does not exist.
    /// Processes that run this at the same time take turns.
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
    /// <param name="report">Receives each step and each wait as a sentence.</param>
    /// <param name="time">Measures the pauses between attempts.</param>
    /// <param name="cancellationToken">
    /// Cancels the statement that runs. Its transaction is rolled back; an unfinished index stays INVALID until the
    /// next call.
    /// </param>
    /// <returns>A task that completes when the tables are up to date.</returns>
    /// <exception cref="NpgsqlException">
    /// PostgreSQL cannot be reached or rejects a statement. Where a table cannot be adopted, the message names the
    /// column and the exception's hint the remedy.
    /// </exception>
    /// <exception cref="LoginMigrationException">A lock stayed taken, or message ids are not unique.</exception>
    public static async Task MigrateAsync(
        string connectionString,
        Action<string> report,
        TimeProvider time,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(time);

        // The connection has session state, so no pool may keep it.
        var session = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Multiplexing = false };
        await using var context = LoginDbContextFactory.Create(session.ConnectionString);
        var database = context.GetService<IRelationalDatabaseCreator>();
        if (!await database.ExistsAsync(cancellationToken))
        {
            await database.CreateAsync(cancellationToken);
        }

        await context.Database.OpenConnectionAsync(cancellationToken);
        var connection = (NpgsqlConnection)context.Database.GetDbConnection();
        await TakeTurnAsync(connection, report, time, cancellationToken);

        foreach (var finding in await SchemaCheck.FindAsync(connection, cancellationToken))
        {
            report($"Warning: {finding}.");
        }

        // A timeout that the role sets for its queries would interrupt every build of a large index.
        await connection.ExecuteAsync("SET statement_timeout = 0", cancellationToken);
        await new LockRetry(connection, report, time).RunAsync(ApplyAsync, cancellationToken);

        async Task ApplyAsync()
        {
            var pending = await context.Database.GetPendingMigrationsAsync(cancellationToken);
            if (pending.Contains(TableAdoption.MigrationId, StringComparer.Ordinal))
            {
                await new TableAdoption(connection, report).RunAsync(cancellationToken);
            }

            await context.Database.MigrateAsync(cancellationToken);
        }
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

    /// <summary>
    /// Waits for other processes that migrate. EF Core's own lock ends with each migration, so it does not exclude
    /// them. This lock belongs to the session that builds the index: after a kill of the client, it lasts until the
    /// build ends. A blocking wait for it would hold a snapshot, and the other process's build would wait for that.
    /// </summary>
    private static async Task TakeTurnAsync(
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
}
