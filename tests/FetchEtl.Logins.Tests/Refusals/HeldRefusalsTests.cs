using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// Rows that PostgreSQL refuses are too few for a brake, as with RabbitMQ's prefetch of 16. In fake time and without a
/// server.
/// </summary>
public sealed class HeldRefusalsTests : IAsyncLifetime
{
    private readonly PlannedStatement _statement = new();
    private LoginStore _store = null!;
    private SignalingTimeProvider _time = null!;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _time = _store.UseFakeTime();
        _store.Services.AddSingleton<IBatchStatement>(_statement);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task When_all_rows_in_progress_are_refused_health_is_degraded_and_a_line_says_so_within_15_s()
    {
        _statement.Plan = static _ => "2200H";
        var writes = Send(16);
        await _store.UntilHealthAsync("refuses 16 rows");

        await PassAsync(TimeSpan.FromSeconds(15));
        var held = await _store.HealthAsync();
        await PassAsync(TimeSpan.FromMinutes(10));

        Assert.Equal(HealthStatus.Degraded, held.Status);
        Assert.StartsWith(
            "PostgreSQL refuses 16 rows, which wait, and it has written none since (2200H): a sequence is at its end",
            held.Description,
            StringComparison.Ordinal);
        Assert.Equal(1, _store.Logs.CountOf(2030));
        Assert.Contains(_store.Logs.Texts, text => text.StartsWith(
            "Error 2030 PostgreSQL refuses all rows (2200H): a sequence is at its end", StringComparison.Ordinal));
        Assert.DoesNotContain(writes, write => write.IsCompleted);
        Assert.Equal(0, _store.Logs.CountOf(2011));

        _statement.Plan = static _ => null;
        await EndAsync(writes);
        await _store.UntilHealthyAsync();
    }

    [Fact]
    public async Task While_others_are_written_health_is_degraded_by_a_held_row_and_no_line_says_that_all_are_refused()
    {
        _statement.Plan = static login => login.UserId == "bad" ? "P0001" : null;
        var bad = _store.Writer.WriteAsync(LoginStore.Login("bad"));
        await _store.Logs.WaitForAsync(2010);
        for (var second = 0; second < 18; second++)
        {
            await Task.WhenAll(Send(1));
            await PassAsync(TimeSpan.FromSeconds(1));
        }

        var held = await _store.HealthAsync();

        Assert.False(bad.IsCompleted);
        Assert.Equal(HealthStatus.Degraded, held.Status);
        Assert.StartsWith(
            "PostgreSQL refuses 1 row, which waits (P0001): a trigger", held.Description, StringComparison.Ordinal);
        Assert.Equal(0, _store.Logs.CountOf(2030));
    }

    [Fact]
    public async Task After_a_brake_no_more_statements_run_at_once_than_there_are_writers()
    {
        var statements = 0;
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.Services.Configure<LoginsOptions>(options => options.Storage.BatchSize = 1);
        _statement.Plan = static _ => "2200H";
        var writes = Send(100);
        await _store.Logs.WaitForAsync(2011);

        // A statement that began before the brake, and the probe, end. Those after the probe wait here for one another.
        var circuit = _store.Provider.GetRequiredService<WriterCircuit>();
        _statement.Plan = static _ => null;
        _statement.Work = () => circuit.State == CircuitState.Closed ? WaitAsync() : Task.CompletedTask;
        while (Volatile.Read(ref statements) < 2)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        open.SetResult();
        await EndAsync(writes);

        Assert.Equal(100, _statement.Rows);
        Assert.InRange(_statement.MostAtOnce, 2, 2);

        Task WaitAsync()
        {
            Interlocked.Increment(ref statements);
            return open.Task;
        }
    }

    private Task[] Send(int count) => [.. LoginStore.Logins(count).Select(login => _store.Writer.WriteAsync(login))];

    private async Task PassAsync(TimeSpan span)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromSeconds(1))
        {
            await _time.WaitForTimersAsync().WaitAsync(TimeSpan.FromSeconds(1)).WithoutThrowing();
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Lets time pass until the rows are written.</summary>
    private async Task EndAsync(IEnumerable<Task> writes)
    {
        var all = Task.WhenAll(writes);
        while (!all.IsCompleted)
        {
            await Task.WhenAny(all, _time.WaitForTimersAsync());
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await all;
    }
}
