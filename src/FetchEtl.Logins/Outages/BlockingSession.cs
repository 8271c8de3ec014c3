using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// The session for which a statement waits. PostgreSQL shows the state of other roles' sessions only to some roles.
/// </summary>
/// <param name="Session">Its process id.</param>
/// <param name="Name">Its application name.</param>
/// <param name="IsOwn">Whether it is of the service's role.</param>
/// <param name="WaitsForStandby">Whether its commit waits for a synchronous standby.</param>
/// <param name="IdleSeconds">For how long its transaction has waited for its client; null where it does not.</param>
/// <param name="Table">The table that it has locked; null where it holds a row.</param>
/// <param name="WaitsFor">The session for which it waits itself; null where it does not wait.</param>
internal sealed record BlockingSession(
    int Session, string Name, bool IsOwn, bool WaitsForStandby, int? IdleSeconds, string? Table, string? WaitsFor)
{
    private const int TimeoutSeconds = 5;

    // A background process such as autovacuum has no role.
    // Behind a pooler the id of the session is not the server's. Then any session of the role that waits stands for it.
    private const string Sql =
        """
        SELECT b.pid, COALESCE(b.application_name::text, ''), COALESCE(b.usename::text = session_user::text, false),
            COALESCE(b.wait_event::text = 'SyncRep', false),
            CASE WHEN b.state::text LIKE 'idle in transaction%' THEN
                pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - b.state_change)::integer END,
            (SELECT c.relname::text FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
                WHERE l.pid = w.pid AND NOT l.granted AND l.locktype::text = 'relation' LIMIT 1),
            (SELECT pg_catalog.concat('session ', o.pid, ' (', o.application_name::text, ')')
                FROM pg_catalog.pg_stat_activity AS o
                WHERE o.pid = ANY (pg_catalog.pg_blocking_pids(b.pid)) LIMIT 1)
        FROM pg_catalog.pg_stat_activity AS w
        JOIN pg_catalog.pg_stat_activity AS b ON b.pid = ANY (pg_catalog.pg_blocking_pids(w.pid))
        WHERE w.usename::text = session_user::text AND w.datname::text = pg_catalog.current_database()::text
            AND w.wait_event_type::text = 'Lock'
            AND (w.pid = @session OR NOT EXISTS (
                SELECT FROM pg_catalog.pg_stat_activity AS k
                WHERE k.pid = @session AND k.usename::text = session_user::text))
        ORDER BY b.xact_start
        LIMIT 1
        """;

    /// <summary>Asks over another connection.</summary>
    /// <returns>Null where the statement waits for no session.</returns>
    /// <exception cref="NpgsqlException">The server did not answer.</exception>
    public static async Task<BlockingSession?> FindAsync(
        NpgsqlDataSource source, int session, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(Sql);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter<int>("session", session));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new BlockingSession(
                reader.GetInt32(0),
                reader.GetString(1),
                reader.GetBoolean(2),
                reader.GetBoolean(3),
                reader.IsDBNull(4) ? null : reader.GetInt32(4),
                reader.IsDBNull(5) ? null : reader.GetString(5),
                reader.IsDBNull(6) ? null : reader.GetString(6))
            : null;
    }

    public DatabaseFault ToFault() =>
        new(FaultKind.Transient, PostgresErrorCodes.LockNotAvailable, $"the statement waits for {What()}: {Remedy()}");

    private string What()
    {
        var holder = $"session {Session} ({Name})";
        return Table is null
            ? $"a row that {holder} has written and not committed"
            : WaitsFor is null ? $"a lock on table {Table} that {holder} holds" : $"table {Table} behind {holder}";
    }

    private string Remedy()
    {
        var end = $"end it by SELECT pg_terminate_backend({Session})";
        return this switch
        {
            { WaitsForStandby: true } => "its commit waits for a synchronous standby; check the standby "
                + "(pg_stat_replication), or take it out of synchronous_standby_names",
            { WaitsFor: { } other } => $"it wants a lock and waits for {other}; let that end, or {end}",
            { IdleSeconds: { } seconds, IsOwn: true } => $"its client has been silent for {seconds} s, as after a lost "
                + $"connection; the server ends it soon, or {end}",
            { IdleSeconds: { } seconds } => $"its client has been silent for {seconds} s; let it commit, or {end}",
            _ => $"let it end, or {end}",
        };
    }
}
