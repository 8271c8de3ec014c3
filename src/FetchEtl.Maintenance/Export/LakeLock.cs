using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// Lets one export of this database write to a place at a time. It is a lock of PostgreSQL, which ends with the
/// session, also after a kill. Its transaction holds no snapshot, so VACUUM does not wait for it.
/// </summary>
internal sealed class LakeLock : IAsyncDisposable
{
    private readonly LoginDatabase _database;
    private readonly NpgsqlTransaction _transaction;

    private LakeLock(LoginDatabase database, NpgsqlTransaction transaction)
    {
        _database = database;
        _transaction = transaction;
    }

    /// <exception cref="LakeException">Another export has it.</exception>
    public static async Task<LakeLock> TakeAsync(
        LoginDatabase database, string place, CancellationToken cancellationToken)
    {
        var transaction = await database.BeginTransactionAsync(
            System.Data.IsolationLevel.ReadCommitted, cancellationToken);
        await database.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0", cancellationToken);
        var isTaken = await database.QueryAsync(
            "SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended(@place COLLATE \"C\", 0::bigint))",
            static reader => reader.GetBoolean(0),
            cancellationToken,
            SqlCommands.Parameter("place", $"fetch-etl export {place}"));
        return isTaken[0]
            ? new LakeLock(database, transaction)
            : throw new LakeException($"another export writes to {place}: wait for its end, and run this one again.");
    }

    /// <summary>Fails where the session, and with it the lock, is lost.</summary>
    public Task CheckAsync(CancellationToken cancellationToken) =>
        _database.ExecuteAsync("SELECT 1", cancellationToken);

    public ValueTask DisposeAsync() => _transaction.DisposeAsync();
}
