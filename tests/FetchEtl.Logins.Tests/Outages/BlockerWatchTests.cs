using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>What the watch of a statement says of a timeout, after each of its looks.</summary>
public sealed class BlockerWatchTests
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HalfOfTheTimeout = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task A_session_is_forgotten_after_two_looks_that_find_nothing()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString + ";Command Timeout=8");
        await using var holder = await source.OpenConnectionAsync();
        await using var waiting = await source.OpenConnectionAsync();
        await ExecuteAsync(holder, "SELECT pg_advisory_lock(1)");
        var statement = ExecuteAsync(waiting, "SELECT pg_advisory_lock(1)");
        await UntilWaitingAsync(source, waiting.ProcessID);
        var time = new SignalingTimeProvider();
        await using var watch = BlockerWatch.Start(source, waiting, time);

        await LookAsync(time, FirstPause);
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, SqlState(watch));
        await ExecuteAsync(holder, "SELECT pg_advisory_unlock(1)");
        await statement;

        await LookAsync(time, HalfOfTheTimeout);
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, SqlState(watch));
        await LookAsync(time, HalfOfTheTimeout);
        Assert.Equal(PostgresErrorCodes.QueryCanceled, SqlState(watch));
    }

    /// <summary>Until one look has ended, and the watch waits for the next.</summary>
    private static async Task LookAsync(SignalingTimeProvider time, TimeSpan pause)
    {
        await time.WaitForTimersAsync();
        time.Advance(pause);
        await time.WaitForTimersAsync();
    }

    private static string? SqlState(BlockerWatch watch) => watch.Explain(new TimeoutException())?.SqlState;

    private static async Task UntilWaitingAsync(NpgsqlDataSource source, int session)
    {
        await using var command = source.CreateCommand(
            $"SELECT FROM pg_stat_activity WHERE pid = {session} AND wait_event_type = 'Lock'");
        while (!await AnyAsync(command))
        {
            await Task.Yield();
        }
    }

    private static async Task<bool> AnyAsync(NpgsqlCommand command)
    {
        await using var reader = await command.ExecuteReaderAsync();
        return reader.HasRows;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        // The watch reads the timeout of the connection, while the statement itself has none.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }
}
