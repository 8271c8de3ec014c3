using System.Runtime.CompilerServices;
using FetchEtl.Local;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The strikes on PostgreSQL. Each one ends when it has had its effect, or when an operator has undone it. It is undone
/// even when the run is cancelled.
/// </summary>
/// <param name="estate">The servers.</param>
/// <param name="producer">Sends further messages where a strike needs some.</param>
internal sealed class DatabaseStrikes(ChaosEstate estate, LoginProducer producer)
{
    private const int RowsBefore = 200;
    private const int Zombies = 3;
    private const int RowsBesideRefused = 1000;
    private const int MostStirs = 100;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ZombieLimit = TimeSpan.FromSeconds(4);

    /// <summary>Longer than <see cref="ChaosEstate.CommandTimeoutSeconds"/>, so waits for it are cancelled.</summary>
    private static readonly TimeSpan LongestHang = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan LongestFault = TimeSpan.FromSeconds(6);

    private readonly Dictionary<StrikeKind, long> _meanwhile = [];
    private readonly SemaphoreSlim _check = new(1);
    private long _terminated;
    private long _zombies;

    /// <summary>How many connections were terminated.</summary>
    public long Terminated => Interlocked.Read(ref _terminated);

    /// <summary>How many connections became zombies.</summary>
    public long ZombieConnections => Interlocked.Read(ref _zombies);

    /// <summary>How many rows were written during the strikes of a kind, where that was counted.</summary>
    public long? RowsDuring(StrikeKind kind)
    {
        lock (_meanwhile)
        {
            return _meanwhile.TryGetValue(kind, out var rows) ? rows : null;
        }
    }

    public Task RestartAsync(PostgresStop mode, CancellationToken cancellationToken) =>
        estate.Postgres.RestartAsync(mode, cancellationToken);

    public Task HangStandbyAsync(double draw, CancellationToken cancellationToken) =>
        estate.Postgres.HangStandbyAsync(LongestHang * ((3 + draw) / 4), cancellationToken);

    public Task FailOverAsync(double draw, CancellationToken cancellationToken) =>
        estate.Postgres.FailOverAsync(LongestHang * ((3 + draw) / 4), cancellationToken);

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

    public Task RevokeInsertAsync(double draw, CancellationToken cancellationToken) => ForAWhileAsync(
        StrikeKind.RevokeInsert,
        draw,
        $"REVOKE INSERT ON user_logins FROM {ChaosEstate.Role}",
        $"GRANT INSERT ON user_logins TO {ChaosEstate.Role}",
        cancellationToken);

    public Task DropPartitionAsync(double draw, CancellationToken cancellationToken) => ForAWhileAsync(
        StrikeKind.DropPartition, draw, ChaosTable.DropPartition, ChaosTable.AddPartition, cancellationToken);

    public async Task SetSequenceBackAsync(double draw, CancellationToken cancellationToken)
    {
        await UntilAsync(
            async token =>
            {
                await producer.StirAsync(token);
                return await estate.CountRowsAsync(token) >= RowsBefore;
            },
            cancellationToken);
        await ForAWhileAsync(
            StrikeKind.SetSequenceBack,
            draw,
            ChaosTable.SetSequenceBack,
            ChaosTable.SetSequenceRight,
            cancellationToken);
    }

    /// <summary>Exchanges the function of the trigger that checks rows. One strike at a time does so.</summary>
    public async Task ChangeCheckAsync(
        StrikeKind kind, string sql, double draw, CancellationToken cancellationToken)
    {
        await _check.WaitAsync(cancellationToken);
        try
        {
            // Where few rows are refused, the others show that nothing holds them.
            var enoughRows = kind == StrikeKind.RefuseFewRows ? RowsBesideRefused : 0;
            await ForAWhileAsync(kind, draw, sql, ChaosTable.AcceptRows, cancellationToken, enoughRows);
        }
        finally
        {
            _check.Release();
        }
    }

    /// <summary>
    /// The network swallows the end of some transactions and all that follows. Their sessions hold the message ids that
    /// they have inserted, until an operator ends them.
    /// </summary>
    public async Task MakeZombiesAsync(double draw, CancellationToken cancellationToken)
    {
        try
        {
            await UntilAsync(TryMakeZombiesAsync, cancellationToken);
            Interlocked.Add(ref _zombies, estate.Postgres.Network.Zombies);
            await Task.Delay(LongestHang * ((1 + draw) / 2), cancellationToken);
        }
        finally
        {
            estate.Postgres.Network.EndZombies();
        }
    }

    private async Task<bool> TryMakeZombiesAsync(CancellationToken cancellationToken)
    {
        estate.Postgres.Network.MakeZombies(Zombies);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ZombieLimit);
        try
        {
            while (!await HoldIdsAsync(limit.Token))
            {
                await producer.StirAsync(limit.Token);
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The statements of these connections had inserted nothing.
            estate.Postgres.Network.EndZombies();
            return false;
        }
    }

    /// <summary>Whether a session of a worker has inserted rows and waits for the end of its transaction.</summary>
    private async Task<bool> HoldIdsAsync(CancellationToken cancellationToken)
    {
        if (estate.Postgres.Network.Zombies == 0)
        {
            return false;
        }

        await using var command = estate.Command(
            $"""
            SELECT count(*) FROM pg_stat_activity
            WHERE usename = '{ChaosEstate.Role}' AND backend_xid IS NOT NULL AND wait_event = 'ClientRead'
                AND state_change < now() - interval '0.5 s'
            """);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! > 0;
    }

    private async Task ForAWhileAsync(
        StrikeKind kind,
        double draw,
        string strike,
        string undo,
        CancellationToken cancellationToken,
        int enoughRows = 0)
    {
        await ExecuteAsync(strike, cancellationToken);
        try
        {
            var before = await CountRowsAsync(cancellationToken);
            await Task.Delay(LongestFault * ((1 + draw) / 2), cancellationToken);
            var after = await CountRowsAsync(cancellationToken);
            for (var i = 0; after - before < enoughRows && i < MostStirs; i++)
            {
                await producer.StirAsync(cancellationToken);
                after = await CountRowsAsync(cancellationToken);
            }

            lock (_meanwhile)
            {
                _meanwhile[kind] = _meanwhile.GetValueOrDefault(kind) + after - before;
            }
        }
        finally
        {
            await ExecuteAsync(undo, CancellationToken.None);
        }
    }

    private async Task<long> CountRowsAsync(CancellationToken cancellationToken)
    {
        var rows = 0L;
        await UntilAsync(
            async token =>
            {
                rows = await estate.CountRowsAsync(token);
                return true;
            },
            cancellationToken);
        return rows;
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
    /// <exception cref="ChaosException">No attempt succeeded within five minutes.</exception>
    private static async Task UntilAsync(
        Func<CancellationToken, Task<bool>> attempt,
        CancellationToken cancellationToken,
        [CallerMemberName] string strike = "")
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
            var reason = last?.Message ?? "no worker wrote rows";
            throw new ChaosException($"{strike} had no effect within {Limit.TotalSeconds} s: {reason}");
        }

        async Task<bool> TryAsync()
        {
            try
            {
                var hadEffect = await attempt(limit.Token);
                last = null;
                return hadEffect;
            }
            catch (NpgsqlException e)
            {
                last = e;
                return false;
            }
        }
    }
}
