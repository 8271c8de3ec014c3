using FetchEtl.Local;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>What is done to PostgreSQL. Each waits until it has really struck.</summary>
internal sealed class DatabaseStrikes(ChaosEstate estate)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRevocation = TimeSpan.FromSeconds(6);

    private long _terminated;

    /// <summary>How many connections were terminated.</summary>
    public long Terminated => Interlocked.Read(ref _terminated);

    public Task RestartAsync(PostgresStop mode, CancellationToken cancellationToken) =>
        estate.Postgres.RestartAsync(mode, cancellationToken);

    public Task TerminateConnectionsAsync(CancellationToken cancellationToken) => UntilAsync(
        async token =>
        {
            await using var command = estate.Command(
                $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{ChaosEstate.Role}'");
            var count = (long)(await command.ExecuteScalarAsync(token))!;
            Interlocked.Add(ref _terminated, count);
            return count > 0;
        },
        cancellationToken);

    /// <summary>The right is given back even when the run is cancelled.</summary>
    public async Task RevokeInsertAsync(double draw, CancellationToken cancellationToken)
    {
        await ExecuteAsync($"REVOKE INSERT ON user_logins FROM {ChaosEstate.Role}", cancellationToken);
        try
        {
            await Task.Delay(LongestRevocation * ((1 + draw) / 2), cancellationToken);
        }
        finally
        {
            await ExecuteAsync($"GRANT INSERT ON user_logins TO {ChaosEstate.Role}", CancellationToken.None);
        }
    }

    private Task ExecuteAsync(string sql, CancellationToken cancellationToken) => UntilAsync(
        async token =>
        {
            await using var command = estate.Command(sql);
            await command.ExecuteNonQueryAsync(token);
            return true;
        },
        cancellationToken);

    /// <summary>Another strike may have the server down just now.</summary>
    /// <exception cref="ChaosException">It stays down.</exception>
    private static async Task UntilAsync(Func<CancellationToken, Task<bool>> attempt, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        NpgsqlException? last = null;
        try
        {
            while (!await TryAsync())
            {
                await Task.Delay(Pause, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ChaosException($"PostgreSQL could not be struck within {Limit.TotalSeconds} s: {last?.Message ?? "there was nothing to strike"}");
        }

        async Task<bool> TryAsync()
        {
            try
            {
                return await attempt(limit.Token);
            }
            catch (NpgsqlException e)
            {
                last = e;
                return false;
            }
        }
    }
}
