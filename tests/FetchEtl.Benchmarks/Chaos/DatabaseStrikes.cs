using FetchEtl.Local;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>The strikes on PostgreSQL. Each one ends when it has had its effect.</summary>
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

    /// <summary>Revokes INSERT for some seconds. Grants it again even when the run is cancelled.</summary>
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

    /// <summary>Repeats an attempt until it succeeds: another strike may have stopped the server.</summary>
    /// <exception cref="ChaosException">No attempt succeeded within a minute.</exception>
    private static async Task UntilAsync(
        Func<CancellationToken, Task<bool>> attempt, CancellationToken cancellationToken)
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
            var reason = last?.Message ?? "no worker was connected";
            throw new ChaosException($"a strike on PostgreSQL had no effect within {Limit.TotalSeconds} s: {reason}");
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
