using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Finds why a statement timed out: a session of this role whose client is gone still holds the message ids that
/// it inserted, and every retry of these rows waits for it.
/// </summary>
internal static class HeldRows
{
    private const int TimeoutSeconds = 5;

    // A live process leaves a transaction idle for milliseconds only. It can wait for the standby for a long time.
    private const string Sql =
        """
        SELECT a.pid, a.wait_event = 'SyncRep',
            pg_catalog.date_part('epoch', pg_catalog.statement_timestamp() - a.xact_start)::integer
        FROM pg_catalog.pg_stat_activity AS a
        WHERE a.usename::text = session_user::text
            AND a.datname::text = pg_catalog.current_database()::text
            AND a.pid <> pg_catalog.pg_backend_pid()
            AND a.wait_event IN ('ClientRead', 'SyncRep')
            AND a.xact_start < pg_catalog.statement_timestamp() - interval '5 seconds'
            AND EXISTS (
                SELECT FROM pg_catalog.pg_locks AS l
                WHERE l.pid = a.pid AND l.relation = pg_catalog.to_regclass('user_logins')::oid
                    AND l.mode = 'RowExclusiveLock' AND l.granted)
        ORDER BY a.xact_start
        LIMIT 1
        """;

    /// <summary>Asks over another connection.</summary>
    /// <returns>The session and the remedy; null where there is none, or where the server did not answer.</returns>
    public static async Task<DatabaseFault?> FindAsync(NpgsqlDataSource source)
    {
        try
        {
            await using var command = source.CreateCommand(Sql);
            command.CommandTimeout = TimeoutSeconds;
            await using var reader = await command.ExecuteReaderAsync();
            return await reader.ReadAsync()
                ? Describe(reader.GetInt32(0), reader.GetBoolean(1), reader.GetInt32(2))
                : null;
        }
        catch (NpgsqlException)
        {
            // The statement's own failure says more.
            return null;
        }
    }

    private static DatabaseFault Describe(int session, bool waitsForStandby, int seconds) => new(
        FaultKind.Transient,
        PostgresErrorCodes.LockNotAvailable,
        waitsForStandby
            ? $"session {session} has inserted the same rows and has waited {seconds} s for a synchronous standby: " +
                "check the standby (pg_stat_replication), or take it out of synchronous_standby_names"
            : $"session {session} of a lost connection has held the same rows for {seconds} s: the server ends it " +
                $"soon, or end it by SELECT pg_terminate_backend({session})");
}
