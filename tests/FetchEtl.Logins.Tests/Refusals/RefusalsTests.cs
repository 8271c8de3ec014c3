using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins.Tests;

/// <summary>Whether refused rows are retried, deferred or rejected, in fake time and without a server.</summary>
public sealed class RefusalsTests : IAsyncLifetime
{
    private readonly PlannedStatement _statement = new();
    private LoginStore _store = null!;
    private SignalingTimeProvider _time = null!;

    private LoginWriter Writer => _store.Writer;

    private bool IsReceiving => Writer.WaitForOutageEndAsync().IsCompleted;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _time = _store.UseFakeTime();
        _store.Services.AddSingleton<IBatchStatement>(_statement);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task When_every_row_is_refused_few_statements_run_and_no_row_fails_however_long_it_takes()
    {
        _statement.Plan = static _ => "2200H";
        var writes = Send(1000);
        await _store.Logs.WaitForAsync(2011);
        var statements = _statement.Sizes.Length;

        for (var second = 0; second < 600; second++)
        {
            await _time.WaitForTimersAsync();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(statements, 20, 120);
        Assert.InRange(_statement.Sizes.Length - statements, 50, 400);
        Assert.False(IsReceiving);
        Assert.DoesNotContain(writes, write => write.IsCompleted);
        _statement.Plan = static _ => null;
        await EndAsync(writes);
        Assert.Equal(1000, _statement.Rows);
        Assert.True(IsReceiving);
        Assert.Equal(1, _store.Logs.CountOf(2010));
        Assert.Equal(1, _store.Logs.CountOf(2011));
    }

    [Fact]
    public async Task Rows_that_PostgreSQL_drops_without_an_error_wait_and_the_rest_of_their_statement_commits()
    {
        using var readings = new MeterReadings(_store.Provider);
        _statement.Plan = static login => login.UserId == "dropped" ? PlannedStatement.Dropped : null;
        var known = LoginStore.Login("known");
        await Writer.WriteAsync(known);

        var dropped = Writer.WriteAsync(LoginStore.Login("dropped"));
        await Task.WhenAll([.. Send(10), Writer.WriteAsync(known)]);

        Assert.False(dropped.IsCompleted);
        Assert.Equal(11, readings.Total("fetchetl.logins.written"));
        Assert.Equal(1, readings.Total("fetchetl.logins.duplicates"));
        await _store.Logs.WaitForAsync("(02000): a BEFORE INSERT trigger that returns NULL or a rule");
        _statement.Plan = static _ => null;
        await EndAsync([dropped]);
        Assert.Equal(12, _statement.Rows);
    }

    [Fact]
    public async Task When_every_row_is_dropped_receiving_stops_and_no_row_ends()
    {
        _statement.Plan = static _ => PlannedStatement.Dropped;
        var writes = Send(300);
        await _store.Logs.WaitForAsync(2011);

        Assert.False(IsReceiving);
        Assert.DoesNotContain(writes, write => write.IsCompleted);
        _statement.Plan = static _ => null;
        await EndAsync(writes);
        Assert.Equal(300, _statement.Rows);
        Assert.InRange(_statement.Sizes.Length, 1, 40);
    }

    [Fact]
    public async Task A_row_that_is_refused_three_times_while_others_are_written_goes_back_to_its_queue()
    {
        _statement.Plan = static login => login.UserId == "bad" ? "P0001" : null;
        var bad = Writer.WriteAsync(LoginStore.Login("bad"));
        await Task.WhenAll(Send(20));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            Assert.False(bad.IsCompleted);
            await _time.WaitForTimersAsync();
            _time.Advance(TimeSpan.FromSeconds(0.2));
        }

        var fault = await Assert.ThrowsAsync<LoginDeferredException>(() => bad);
        Assert.Equal("P0001", fault.SqlState);
        Assert.True(IsReceiving);
        Assert.Equal(1, _store.Logs.CountOf(2012));
        Assert.Equal(1, _store.Provider.GetRequiredService<LoginMetrics>().DeferredTotal);
    }

    [Fact]
    public async Task A_refused_row_goes_back_only_when_enough_others_were_written()
    {
        _statement.Plan = static login => login.UserId == "bad" ? "P0001" : null;
        var bad = Writer.WriteAsync(LoginStore.Login("bad"));
        await Task.WhenAll(Send(19));
        for (var minute = 0; minute < 10; minute++)
        {
            await _time.WaitForTimersAsync();
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.False(bad.IsCompleted);
        await Task.WhenAll(Send(1));
        await EndAsync([bad.ContinueWith(_ => { }, TaskScheduler.Default)]);
        await Assert.ThrowsAsync<LoginDeferredException>(() => bad);
    }

    [Fact]
    public async Task A_few_rows_that_come_back_from_their_queue_again_and_again_do_not_count_as_many()
    {
        _statement.Plan = static login => login.UserId == "bad" ? "P0001" : null;
        var bad = Enumerable.Range(0, 3).Select(_ => LoginStore.Login("bad")).ToArray();
        await EndAsync(Send(100));

        for (var delivery = 0; delivery < 20; delivery++)
        {
            foreach (var write in bad.Select(login => Writer.WriteAsync(login)).ToArray())
            {
                await EndAsync([write.ContinueWith(_ => { }, TaskScheduler.Default)]);
                await Assert.ThrowsAsync<LoginDeferredException>(() => write);
            }
        }

        Assert.True(IsReceiving);
        Assert.Equal(0, _store.Logs.CountOf(2011));
    }

    [Fact]
    public async Task Even_rows_at_fault_are_no_dead_letters_any_more_where_they_are_many()
    {
        // A second writer could have counted its row, and not failed it, when the first one stops at the brake.
        UseOneWriter();
        _statement.Plan = static login => login.UserId!.Contains('ü', StringComparison.Ordinal) ? "22P05" : null;

        var writes = Enumerable.Range(0, 100).Select(_ => Writer.WriteAsync(LoginStore.Login("ü"))).ToArray();
        await _store.Logs.WaitForAsync(2011);

        Assert.False(IsReceiving);
        Assert.Equal(19, writes.Count(write => write.IsFaulted));
        _statement.Plan = static _ => null;
        await EndAsync(writes.Where(write => !write.IsFaulted));
        Assert.Equal(81, _statement.Rows);
    }

    [Fact]
    public async Task A_conflict_that_passes_at_the_next_attempt_is_no_outage()
    {
        var conflicts = 2;
        _statement.PlanOfStatement = _ => Interlocked.Decrement(ref conflicts) >= 0 ? "40P01" : null;

        await EndAsync(Send(1));

        Assert.Equal(0, _store.Logs.CountOf(2000));
        conflicts = 3;
        await EndAsync(Send(1));
        Assert.Equal(1, _store.Logs.CountOf(2000));
    }

    [Fact]
    public async Task Batches_halve_at_a_timeout_without_an_outage_and_grow_back()
    {
        UseOneWriter();
        _statement.PlanOfStatement = static rows => rows > 30 ? PlannedStatement.TooSlow : null;
        await EndAsync(Send(500));
        Assert.Equal(500, _statement.Rows);
        Assert.Equal(0, _store.Logs.CountOf(2000));
        Assert.True(IsReceiving);

        _statement.PlanOfStatement = static _ => null;
        for (var round = 0; round < 10; round++)
        {
            // The first row's statement waits, so all others gather for the next one.
            var before = _statement.Sizes.Length;
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _statement.Work = () => gate.Task;
            var first = Send(1);
            while (_statement.Sizes.Length == before)
            {
                await Task.Yield();
            }

            var others = Send(500);
            gate.SetResult();
            await EndAsync([.. first, .. others]);
        }

        Assert.Equal(500, _statement.Sizes[^1]);
    }

    [Fact]
    public async Task A_single_row_that_times_out_is_an_outage()
    {
        _statement.PlanOfStatement = static _ => PlannedStatement.TooSlow;
        var writes = Send(1);
        await _store.Logs.WaitForAsync("did not end within the command timeout of 30 s");
        Assert.False(IsReceiving);

        _statement.PlanOfStatement = static _ => null;
        await EndAsync(writes);
    }

    [Fact]
    public async Task When_the_callers_of_all_refused_rows_cancel_the_next_row_shows_how_PostgreSQL_is()
    {
        using var cancelled = new CancellationTokenSource();
        _statement.Plan = static _ => "2200H";
        var writes = LoginStore.Logins(25).Select(login => Writer.WriteAsync(login, cancelled.Token)).ToArray();
        await _store.Logs.WaitForAsync(2011);
        await cancelled.CancelAsync();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        _statement.Plan = static _ => null;
        await EndAsync(Send(10));

        Assert.True(IsReceiving);
        Assert.Equal(10, _statement.Rows);
    }

    [Fact]
    public async Task Stopping_in_a_brake_fails_every_row_at_once()
    {
        _statement.Plan = static _ => "2200H";
        var writes = Send(500);
        await _store.Logs.WaitForAsync(2011);

        await Writer.DisposeAsync();

        foreach (var write in writes)
        {
            await Assert.ThrowsAsync<LoginWriterStoppedException>(() => write);
        }
    }

    private void UseOneWriter() =>
        _store.Services.Configure<LoginsOptions>(options => options.Storage.Writers = 1);

    private Task[] Send(int count) => [.. LoginStore.Logins(count).Select(login => Writer.WriteAsync(login))];

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
