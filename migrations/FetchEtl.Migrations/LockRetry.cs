using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>
/// Runs a step that needs table locks, within <see cref="LockLimits"/>. It reports the sessions that hold the locks.
/// </summary>
internal sealed class LockRetry(
    NpgsqlConnection connection, TableName name, Action<string> report, TimeProvider time)
{
    /// <summary>The statement that limits how long later statements of the session wait for a lock.</summary>
    public static readonly string SetLockTimeout = $"SET lock_timeout = {LockLimits.LockTimeout}";

    /// <summary>
    /// The server processes whose transactions hold a lock on a relation of the migrations and are older than the
    /// attempt. Only members of <c>pg_read_all_stats</c> see the transactions of other roles.
    /// </summary>
    private const string Holders =
        """
        SELECT pg_catalog.string_agg(DISTINCT a.pid::text, ', ')
        FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_locks l ON l.pid = a.pid
        WHERE l.granted AND l.pid <> pg_catalog.pg_backend_pid()
            AND a.xact_start < @start
            AND l.relation IN (
                pg_catalog.to_regclass('user_logins')::oid, pg_catalog.to_regclass('user_logins_readable')::oid,
                pg_catalog.to_regclass('masking_generations')::oid, pg_catalog.to_regclass('pii_vault')::oid,
                pg_catalog.to_regclass('"__EFMigrationsHistory"')::oid)
        """;

    /// <summary>Runs a step that can run again, until it gets its locks.</summary>
    /// <param name="step">Runs on the connection, whose waits for locks are limited.</param>
    /// <param name="cancellationToken">Ends the pauses.</param>
    /// <exception cref="LoginMigrationException">The last attempt did not get its lock.</exception>
    public async Task RunAsync(Func<Task> step, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var start = await connection.ReadAsync<DateTime>("SELECT pg_catalog.clock_timestamp()", cancellationToken);
            try
            {
                await connection.ExecuteAsync(SetLockTimeout, cancellationToken);
                await step();
                return;
            }
            catch (Exception exception) when (IsLockTimeout(exception))
            {
            }

            var older = new NpgsqlParameter<DateTime>("start", start);
            var holders = await connection.ReadAsync<string>(name.In(Holders), cancellationToken, older) is { } pids
                ? $" Server processes whose transactions hold locks: {pids}."
                : string.Empty;
            if (attempt == LockLimits.Attempts)
            {
                throw new LoginMigrationException(
                    $"A table lock was not free in {LockLimits.Attempts} attempts of "
                    + $"{LockLimits.Wait.TotalSeconds} s.{holders} End the transactions that use FetchEtl's tables, "
                    + "then run 'fetch-etl migrate' again: it continues.");
            }

            var pause = LockLimits.PauseAfter(attempt);
            report(
                $"A table lock was not free within {LockLimits.Wait.TotalSeconds} s. Waiting longer would block "
                + $"readers and writers, so attempt {attempt + 1} of {LockLimits.Attempts} follows in "
                + $"{pause.TotalSeconds} s.{holders}");
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>
    /// EF Core wraps what Npgsql calls transient. PostgreSQL ends a deadlock by cancelling one session.
    /// </summary>
    private static bool IsLockTimeout(Exception exception) =>
        (exception as PostgresException ?? exception.InnerException as PostgresException)
            is { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected };
}
