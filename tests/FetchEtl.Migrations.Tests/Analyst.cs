using System.Data;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

/// <summary>A long transaction that keeps the snapshot and the locks of one query, and observes the server.</summary>
internal sealed class Analyst : IAsyncDisposable
{
    private const string Builds =
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'CREATE UNIQUE INDEX CONCURRENTLY%'
            AND wait_event_type = 'Lock'
        """;

    private const string LongBuilds = $"{Builds} AND clock_timestamp() - query_start > interval '2.5 s'";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlConnection _observer;
    private readonly NpgsqlTransaction _transaction;

    private Analyst(NpgsqlConnection connection, NpgsqlConnection observer, NpgsqlTransaction transaction)
    {
        _connection = connection;
        _observer = observer;
        _transaction = transaction;
    }

    public int ProcessId => _connection.ProcessID;

    public static async Task<Analyst> BeginAsync(string connectionString, string query)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var observer = new NpgsqlConnection(connectionString);
        await observer.OpenAsync();
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        await using var command = new NpgsqlCommand(query, connection);
        await command.ExecuteNonQueryAsync();
        return new Analyst(connection, observer, transaction);
    }

    /// <summary>Asks the server until an index build waits for this transaction.</summary>
    public Task WaitForBuildAsync() => WaitForAsync(Builds);

    /// <summary>Asks the server until an index build has waited for longer than the lock timeout.</summary>
    public Task WaitForLongBuildAsync() => WaitForAsync(LongBuilds);

    /// <summary>Ends the sessions that build an index.</summary>
    public async Task TerminateBuildAsync()
    {
        await using var command = new NpgsqlCommand(
            Builds.Replace("count(*)", "pg_terminate_backend(pid)", StringComparison.Ordinal), _observer);
        await command.ExecuteNonQueryAsync();
    }

    public Task EndAsync() => _transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
        await _observer.DisposeAsync();
    }

    private async Task WaitForAsync(string builds)
    {
        await using var command = new NpgsqlCommand(builds, _observer);
        using var limit = new CancellationTokenSource(TestDatabase.Limit);
        while ((long)(await command.ExecuteScalarAsync(limit.Token))! == 0)
        {
            await Task.Yield();
        }
    }
}
