using System.Diagnostics;
using System.Globalization;
using FetchEtl.Local;
using Npgsql;

namespace FetchEtl.Testing;

/// <summary>
/// A private primary and a streaming standby that confirms its commits: <c>synchronous_standby_names</c> names it. The
/// standby can hang with open connections, and it can take over.
/// </summary>
public sealed class StandbyPair : IAsyncDisposable
{
    /// <summary>The standby's name in <c>synchronous_standby_names</c>.</summary>
    public const string StandbyName = "standby";

    private readonly List<int> _hanging = [];

    private StandbyPair(LocalPostgres primary, LocalPostgres standby)
    {
        Primary = primary;
        Standby = standby;
    }

    public LocalPostgres Primary { get; }

    public LocalPostgres Standby { get; }

    /// <summary>Starts both, within some seconds. Commits are confirmed by the standby from then on.</summary>
    /// <exception cref="LocalPostgresException">A server did not start. The message says what to install.</exception>
    public static async Task<StandbyPair> StartAsync(CancellationToken cancellationToken = default)
    {
        var primary = await LocalPostgres.StartAsync(cancellationToken: cancellationToken);
        try
        {
            var standby = await primary.StartStandbyAsync(StandbyName, cancellationToken);
            var pair = new StandbyPair(primary, standby);
            await pair.SetSynchronousAsync(StandbyName, cancellationToken);
            return pair;
        }
        catch
        {
            await primary.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Changes <c>synchronous_standby_names</c> on the primary, and waits until the primary follows it.
    /// </summary>
    /// <param name="names">The new value; empty makes replication asynchronous.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SetSynchronousAsync(string names, CancellationToken cancellationToken = default)
    {
        await using var source = NpgsqlDataSource.Create(Primary.ConnectionString + ";Pooling=false");
        await using (var alter = source.CreateCommand($"ALTER SYSTEM SET synchronous_standby_names = '{names}'"))
        {
            await alter.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var reload = source.CreateCommand("SELECT pg_reload_conf()"))
        {
            await reload.ExecuteScalarAsync(cancellationToken);
        }

        var wanted = names.Length > 0 ? "sync" : "async";
        await using var state = source.CreateCommand(
            $"SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = '{wanted}'");
        while ((long)(await state.ExecuteScalarAsync(cancellationToken))! == 0)
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>Freezes every process of the standby (SIGSTOP). Its connections stay open.</summary>
    public async Task HangStandbyAsync()
    {
        // The postmaster first: it starts no process any more.
        var postmaster = Standby.ServerProcessId;
        await KillAsync("STOP", [postmaster]);
        _hanging.Add(postmaster);
        var children = (await ProcessesAsync())
            .Where(process => process.Parent == postmaster).Select(process => process.Id).ToList();
        await KillAsync("STOP", children);
        _hanging.AddRange(children);
    }

    /// <summary>Lets the standby run again (SIGCONT).</summary>
    public async Task ResumeStandbyAsync()
    {
        if (_hanging.Count > 0)
        {
            await KillAsync("CONT", _hanging);
            _hanging.Clear();
        }
    }

    /// <summary>
    /// Stops the primary as in a crash and promotes the standby, which has what it had received until then. A hanging
    /// standby is killed and started again first, since the system keeps for a frozen process what arrives.
    /// </summary>
    /// <returns>The new primary's connection string, to the database <c>postgres</c>.</returns>
    public async Task<string> FailOverAsync(CancellationToken cancellationToken = default)
    {
        await Primary.StopServerAsync(PostgresStop.Immediate, cancellationToken);
        if (_hanging.Count > 0)
        {
            var frozen = _hanging.ToList();
            await KillAsync("KILL", _hanging);
            _hanging.Clear();
            while ((await ProcessesAsync()).Any(process => frozen.Contains(process.Id)))
            {
                await Task.Yield();
            }

            await Standby.StartServerAsync(cancellationToken);
        }

        await Standby.PromoteAsync(cancellationToken);
        return Standby.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        await ResumeStandbyAsync();
        await Standby.DisposeAsync();
        await Primary.DisposeAsync();
    }

    private static async Task<List<(int Id, int Parent)>> ProcessesAsync()
    {
        using var ps = Start("ps", ["-A", "-o", "pid=,ppid="]);
        var lines = (await ps.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await ps.WaitForExitAsync();
        return
        [
            .. lines
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(ids => (
                    int.Parse(ids[0], CultureInfo.InvariantCulture), int.Parse(ids[1], CultureInfo.InvariantCulture))),
        ];
    }

    private static async Task KillAsync(string signal, IReadOnlyCollection<int> processes)
    {
        using var kill = Start(
            "kill", ["-s", signal, .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))]);
        var error = await kill.StandardError.ReadToEndAsync();
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"SIG{signal} did not reach a process of the standby: {error}");
        }
    }

    private static Process Start(string program, IReadOnlyList<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
