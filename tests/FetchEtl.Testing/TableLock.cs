using Npgsql;

namespace FetchEtl.Testing;

/// <summary>Locks a table so that inserts wait and reads do not, until the lock is released or disposed.</summary>
public sealed class TableLock : IAsyncDisposable
{
    private const string Blocked =
        " FROM pg_locks WHERE NOT granted"
        + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private TableLock(NpgsqlDataSource source, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _source = source;
        _connection = connection;
        _transaction = transaction;
    }

    public static async Task<TableLock> TakeAsync(string connectionString, string table = "user_logins")
    {
        var source = NpgsqlDataSource.Create(connectionString);
        var connection = await source.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand($"LOCK TABLE {table} IN SHARE MODE", connection);
        await command.ExecuteNonQueryAsync();
        return new TableLock(source, connection, transaction);
    }

    /// <summary>
    /// Waits until that many statements wait for a lock. Reads the list of locks of the server until they appear.
    /// </summary>
    public async Task WaitForBlockedAsync(int atLeast)
    {
        await using var command = new NpgsqlCommand("SELECT count(*)" + Blocked, _connection);
        while ((long)(await command.ExecuteScalarAsync())! < atLeast)
        {
            await Task.Yield();
        }
    }

    /// <summary>Terminates the sessions whose statements wait for the lock.</summary>
    public async Task TerminateBlockedAsync()
    {
        await using var command = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid))" + Blocked, _connection);
        await command.ExecuteScalarAsync();
    }

    /// <summary>Runs statements under the lock, and releases it with their commit.</summary>
    public async Task CommitAsync(string sql)
    {
        await ExecuteAsync(sql);
        await _transaction.CommitAsync();
    }

    /// <summary>Runs statements in the transaction that holds the lock.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }

    public Task ReleaseAsync() => _transaction.RollbackAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}
