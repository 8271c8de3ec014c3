using Npgsql;

namespace FetchEtl.Testing;

/// <summary>Holds <c>user_logins</c> so that inserts wait, until it is released or disposed.</summary>
public sealed class TableLock : IAsyncDisposable
{
    private const string Blocked =
        " FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private TableLock(NpgsqlDataSource source, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _source = source;
        _connection = connection;
        _transaction = transaction;
    }

    public static async Task<TableLock> TakeAsync(string connectionString)
    {
        var source = NpgsqlDataSource.Create(connectionString);
        var connection = await source.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("LOCK TABLE user_logins IN SHARE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return new TableLock(source, connection, transaction);
    }

    /// <summary>The signal is the server's own list of waiting statements, asked until it shows them.</summary>
    public async Task WaitForBlockedAsync(int atLeast)
    {
        await using var command = new NpgsqlCommand("SELECT count(*)" + Blocked, _connection);
        while ((long)(await command.ExecuteScalarAsync())! < atLeast)
        {
            await Task.Yield();
        }
    }

    /// <summary>Ends the sessions whose statements wait for the lock.</summary>
    public async Task TerminateBlockedAsync()
    {
        await using var command = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid))" + Blocked, _connection);
        await command.ExecuteScalarAsync();
    }

    public Task ReleaseAsync() => _transaction.RollbackAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}
