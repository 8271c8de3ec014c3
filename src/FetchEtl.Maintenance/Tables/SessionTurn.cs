using System.Data;
using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// A turn among processes: an advisory lock of PostgreSQL, which ends with the session, also after a kill.
/// </summary>
internal sealed class SessionTurn : IAsyncDisposable
{
    private const int EndSeconds = 5;

    private readonly LoginDatabase _database;
    private readonly string _end;

    private SessionTurn(LoginDatabase database, string end)
    {
        _database = database;
        _end = end;
    }

    /// <summary>Takes the turn where it is free.</summary>
    /// <param name="database">The session, open until the turn ends.</param>
    /// <param name="key">The key of the lock: any number that no other program takes in this database.</param>
    /// <param name="isShared">Whether other sessions that share it may have it at the same time.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>Null where another process has it.</returns>
    public static async Task<SessionTurn?> TryTakeAsync(
        LoginDatabase database, long key, bool isShared, CancellationToken cancellationToken)
    {
        var mode = isShared ? "_shared" : string.Empty;
        var isTaken = await database.QueryAsync(
            $"SELECT pg_catalog.pg_try_advisory_lock{mode}({key})",
            static reader => reader.GetBoolean(0),
            cancellationToken);
        return isTaken[0]
            ? new SessionTurn(database, $"SELECT pg_catalog.pg_advisory_unlock{mode}({key})")
            : null;
    }

    /// <summary>Ends the turn; a session that is lost has ended it already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_database.Connection is not { State: ConnectionState.Open } connection)
        {
            return;
        }

        try
        {
            await using var command = new NpgsqlCommand(_end, connection) { CommandTimeout = EndSeconds };
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            // The session is lost, and with it the turn.
        }
    }
}
