using System.Diagnostics;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

/// <summary>Inserts row after row without <c>message_id</c>, as other programs do, and measures its waits.</summary>
internal sealed class SteadyWriter : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<TimeSpan> _loop;
    private long _rows;

    private SteadyWriter(NpgsqlConnection connection) => _loop = Task.Run(() => InsertAsync(connection));

    /// <summary>The rows inserted so far.</summary>
    public long Rows => Volatile.Read(ref _rows);

    public static async Task<SteadyWriter> StartAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var writer = new SteadyWriter(connection);
        await writer.WaitForMoreAsync(10);
        return writer;
    }

    /// <summary>Waits until so many more rows are inserted.</summary>
    /// <exception cref="TimeoutException">The writer is blocked.</exception>
    public async Task WaitForMoreAsync(int rows)
    {
        var until = Rows + rows;
        var patience = Stopwatch.StartNew();
        while (Rows < until && !_loop.IsCompleted)
        {
            if (patience.Elapsed > TestDatabase.Limit)
            {
                throw new TimeoutException($"The writer is blocked after {Rows} rows.");
            }

            await Task.Yield();
        }
    }

    /// <summary>Stops after the insert that runs.</summary>
    /// <returns>How long the longest insert took.</returns>
    /// <exception cref="PostgresException">An insert failed.</exception>
    public async Task<TimeSpan> StopAsync()
    {
        await _stop.CancelAsync();
        return await _loop.WaitAsync(TestDatabase.Limit);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_loop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task<TimeSpan> InsertAsync(NpgsqlConnection connection)
    {
        await using var owned = connection;
        await using var insert = new NpgsqlCommand("INSERT INTO user_logins (user_id) VALUES ('writer')", connection);
        var longest = TimeSpan.Zero;
        while (!_stop.IsCancellationRequested)
        {
            var start = Stopwatch.GetTimestamp();
            await insert.ExecuteNonQueryAsync();
            var taken = Stopwatch.GetElapsedTime(start);
            longest = taken > longest ? taken : longest;
            Interlocked.Increment(ref _rows);
        }

        return longest;
    }
}
