using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>
/// Waits until every transaction that writes to <c>user_logins</c> when the wait begins has ended. It takes no lock,
/// so no session waits for it: PostgreSQL shows which session holds which lock, and an insert takes its lock before it
/// takes its snapshot.
/// </summary>
/// <param name="database">The session.</param>
/// <param name="time">The clock.</param>
internal sealed class WriterBarrier(LoginDatabase database, TimeProvider time)
{
    private const string Writers =
        """
        SELECT l.virtualtransaction::text FROM pg_catalog.pg_locks AS l
        WHERE l.relation = pg_catalog.to_regclass('user_logins')::oid AND l.mode::text = 'RowExclusiveLock'
            AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d
                WHERE d.datname::text = pg_catalog.current_database()::text)
            AND l.pid IS NOT NULL AND l.pid <> pg_catalog.pg_backend_pid()
        """;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <param name="waiting">Called with the number of transactions that are left, once a second.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitAsync(Action<int>? waiting, CancellationToken cancellationToken)
    {
        var left = (await ReadAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        for (var delay = Shortest; left.Count > 0; delay = delay * 2 < Longest ? delay * 2 : Longest)
        {
            if (delay == Longest)
            {
                waiting?.Invoke(left.Count);
            }

            await Task.Delay(delay, time, cancellationToken);
            left.IntersectWith(await ReadAsync(cancellationToken));
        }
    }

    private Task<List<string>> ReadAsync(CancellationToken cancellationToken) =>
        database.QueryAsync(Writers, static reader => reader.GetString(0), cancellationToken);
}
