using FetchEtl.Local;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// A primary and a synchronous standby behind one address: after a failover the workers reach the promoted server
/// there, and a new standby follows it.
/// </summary>
internal sealed class ReplicatedPostgres : IAsyncDisposable
{
    private const int Attempts = 5;

    private static readonly TimeSpan Reload = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _servers = new(1);
    private readonly CanaryWatch _canaries;
    private readonly TcpForwarder _workers;
    private readonly TcpForwarder _replication;
    private readonly List<NpgsqlDataSource> _owners = [];
    private StandbyPair _pair;
    private Task _replacing = Task.CompletedTask;

    private ReplicatedPostgres(StandbyPair pair, CanaryWatch canaries)
    {
        _pair = pair;
        _canaries = canaries;
        _workers = TcpForwarder.Start(Port(pair.Primary));
        _replication = TcpForwarder.Start(Port(pair.Primary));
        Connect(pair.Primary);
    }

    /// <summary>The way of the workers to the primary.</summary>
    public TcpForwarder Network => _workers;

    /// <summary>Npgsql's connection string of the superuser, by the address that stays.</summary>
    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder(_pair.Primary.ConnectionString) { Port = _workers.Port }.ConnectionString;

    /// <exception cref="LocalPostgresException">
    /// This machine has no PostgreSQL; the message says what to install.
    /// </exception>
    public static async Task<ReplicatedPostgres> StartAsync(CanaryWatch canaries, CancellationToken cancellationToken)
    {
        var servers = new ReplicatedPostgres(await StandbyPair.StartAsync(cancellationToken), canaries);
        await servers.ReplicateByNetworkAsync(cancellationToken);
        return servers;
    }

    /// <summary>Creates a command that the superuser runs on the primary, not by the workers' network.</summary>
    public NpgsqlCommand Command(string sql)
    {
        lock (_owners)
        {
            return _owners[^1].CreateCommand(sql);
        }
    }

    /// <summary>Restarts the primary.</summary>
    public Task RestartAsync(PostgresStop mode, CancellationToken cancellationToken) =>
        AloneAsync(() => _pair.Primary.RestartAsync(mode, cancellationToken), cancellationToken);

    /// <summary>
    /// Freezes the standby for a while: no commit is confirmed. It continues even when the run is cancelled.
    /// </summary>
    public Task HangStandbyAsync(TimeSpan time, CancellationToken cancellationToken) => AloneAsync(
        async () =>
        {
            await _pair.HangStandbyAsync();
            try
            {
                await Task.Delay(time, cancellationToken);
            }
            finally
            {
                await _pair.ResumeStandbyAsync();
            }
        },
        cancellationToken);

    /// <summary>
    /// Stops replication for a while, then fails over to the standby: what the standby has not confirmed by then is
    /// lost with the primary. A new standby is built meanwhile.
    /// </summary>
    public async Task FailOverAsync(TimeSpan hang, CancellationToken cancellationToken)
    {
        await AloneAsync(
            async () =>
            {
                // Both: a standby that only hangs still finds in its socket what the primary has sent.
                _replication.Stall();
                await _pair.HangStandbyAsync();
                await Task.Delay(hang, cancellationToken);
                await PromoteAsync(cancellationToken);
            },
            cancellationToken);
        _replacing = ReplaceStandbyAsync(cancellationToken);
    }

    /// <summary>Fails over a last time. Without a standby from then on.</summary>
    public Task FailOverForGoodAsync(CancellationToken cancellationToken) =>
        AloneAsync(() => PromoteAsync(cancellationToken), cancellationToken);

    /// <summary>Reads the logs of the servers that are left.</summary>
    public void ReadLogs()
    {
        ReadLog(_pair.Primary);
        ReadLog(_pair.Standby);
    }

    public async ValueTask DisposeAsync()
    {
        await _replacing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _pair.DisposeAsync();
        foreach (var owner in _owners)
        {
            await owner.DisposeAsync();
        }

        await _workers.DisposeAsync();
        await _replication.DisposeAsync();
        _servers.Dispose();
    }

    private static int Port(LocalPostgres server) => new NpgsqlConnectionStringBuilder(server.ConnectionString).Port;

    /// <summary>One change of the servers at a time, once the standby is there.</summary>
    private async Task AloneAsync(Func<Task> change, CancellationToken cancellationToken)
    {
        await _servers.WaitAsync(cancellationToken);
        try
        {
            await _replacing;
            await change();
        }
        finally
        {
            _servers.Release();
        }
    }

    private async Task PromoteAsync(CancellationToken cancellationToken)
    {
        await _pair.Primary.StopServerAsync(PostgresStop.Immediate, cancellationToken);
        _replication.Drop();
        await _pair.ResumeStandbyAsync();
        await _pair.Standby.PromoteAsync(cancellationToken);
        _replication.Switch(Port(_pair.Standby));
        Connect(_pair.Standby);
        _workers.Switch(Port(_pair.Standby));
    }

    private async Task ReplaceStandbyAsync(CancellationToken cancellationToken)
    {
        var old = _pair;
        for (var attempt = 1; ReferenceEquals(_pair, old); attempt++)
        {
            try
            {
                _pair = await StandbyPair.AttachAsync(old.Standby, cancellationToken);
            }
            catch (LocalPostgresException) when (attempt < Attempts)
            {
                // The copy fails where a strike ends its connection.
            }
        }

        await ReplicateByNetworkAsync(cancellationToken);
        ReadLog(old.Primary);
        await old.Primary.DisposeAsync();
    }

    /// <summary>The standby connects to the primary by a network that can fail.</summary>
    private async Task ReplicateByNetworkAsync(CancellationToken cancellationToken)
    {
        await using var standby = NpgsqlDataSource.Create(_pair.Standby.ConnectionString + ";Pooling=false");
        var old = (string)(await ScalarAsync("SELECT current_setting('primary_conninfo')"))!;
        var direct = FormattableString.Invariant($"port={Port(_pair.Primary)}");
        var forwarded = FormattableString.Invariant($"port={_replication.Port}");
        var changed = old.Replace(direct, forwarded, StringComparison.Ordinal)
            .Replace("'", "''", StringComparison.Ordinal);
        if (!changed.Contains(forwarded, StringComparison.Ordinal))
        {
            throw new ChaosException("the standby's primary_conninfo has not the expected form");
        }

        await ScalarAsync($"ALTER SYSTEM SET primary_conninfo = '{changed}'");
        await ScalarAsync("SELECT pg_reload_conf()");
        var streams = FormattableString.Invariant(
            $"""
            SELECT count(*) FROM pg_stat_wal_receiver
            WHERE status = 'streaming' AND sender_port = {_replication.Port}
            """);
        await UntilAsync(async () => (long)(await ScalarAsync(streams))! > 0);

        // A session may have missed for a moment that its commits must be confirmed. The standby gets those, too.
        await Task.Delay(Reload, cancellationToken);
        await using var current = Command("SELECT pg_current_wal_lsn()::text");
        var lsn = (string)(await current.ExecuteScalarAsync(cancellationToken))!;
        await UntilAsync(async () => (bool)(await ScalarAsync($"SELECT pg_last_wal_receive_lsn() >= '{lsn}'"))!);

        async Task UntilAsync(Func<Task<bool>> condition)
        {
            while (!await condition())
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }
        }

        async Task<object?> ScalarAsync(string sql)
        {
            await using var command = standby.CreateCommand(sql);
            return await command.ExecuteScalarAsync(cancellationToken);
        }
    }

    private void Connect(LocalPostgres primary)
    {
        lock (_owners)
        {
            // No pool: every restart of PostgreSQL would break the pooled connections.
            _owners.Add(NpgsqlDataSource.Create($"{primary.ConnectionString};Pooling=false"));
        }
    }

    private void ReadLog(LocalPostgres server)
    {
        foreach (var line in File.ReadLines(server.LogFile))
        {
            _canaries.Look("PostgreSQL's log", line);
        }
    }
}
