using System.Data;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// Keeps a rotation and an erasure by retention apart: the erasure finds the entries of <c>pii_vault</c> by the masks
/// of rows, and a rotation changes both, one after the other. It is a lock of PostgreSQL, which ends with the session,
/// also after a kill. Rotations share it.
/// </summary>
internal sealed class VaultTurn : IAsyncDisposable
{
    internal const long Key = 7160283554290183377;

    private readonly LoginDbContext _database;
    private readonly string _release;

    private VaultTurn(LoginDbContext database, string release)
    {
        _database = database;
        _release = release;
    }

    /// <summary>Takes the turn for a rotation.</summary>
    /// <param name="database">The session, open until the turn ends.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="MaskingRefusedException">An erasure is running.</exception>
    public static Task<VaultTurn> TakeForRekeyAsync(LoginDbContext database, CancellationToken cancellationToken) =>
        TakeAsync(
            database,
            "_shared",
            "'fetch-etl partitions' is deleting sealed values of a partition from pii_vault: wait for its end, and "
                + "run this again. Nothing was changed.",
            cancellationToken);

    /// <summary>Takes the turn for an erasure.</summary>
    /// <param name="database">The session, open until the turn ends.</param>
    /// <param name="leaf">The partition, quoted for SQL.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <exception cref="MaskingRefusedException">A rotation or another erasure is running.</exception>
    public static Task<VaultTurn> TakeForErasureAsync(
        LoginDbContext database, string leaf, CancellationToken cancellationToken) => TakeAsync(
        database,
        string.Empty,
        $"'fetch-etl rekey' is running, or another 'fetch-etl partitions': wait for its end, and run this again. "
            + $"{leaf} was not dropped.",
        cancellationToken);

    /// <summary>Ends the turn; a session that is lost has ended it already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_database.Database.GetDbConnection() is not NpgsqlConnection { State: ConnectionState.Open } connection)
        {
            return;
        }

        try
        {
            await using var command = new NpgsqlCommand(_release, connection) { CommandTimeout = 5 };
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            // The session is lost, and with it the turn.
        }
    }

    private static async Task<VaultTurn> TakeAsync(
        LoginDbContext database, string mode, string refusal, CancellationToken cancellationToken)
    {
        var isTaken = await database.QueryAsync(
            $"SELECT pg_catalog.pg_try_advisory_lock{mode}({Key})",
            static reader => reader.GetBoolean(0),
            cancellationToken);
        return isTaken[0]
            ? new VaultTurn(database, $"SELECT pg_catalog.pg_advisory_unlock{mode}({Key})")
            : throw new MaskingRefusedException([refusal]);
    }
}
