using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins.Tests;

/// <summary>A caller cancels: its row is withdrawn, unless a statement is writing it.</summary>
public sealed class LoginWriterCancellationTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _cancelled = new();
    private LoginStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _store.Services.Configure<LoginsOptions>(options => options.Storage.Writers = 1);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _cancelled.Dispose();
    }

    [Fact]
    public async Task A_queued_row_is_withdrawn_at_once_and_not_written_later()
    {
        await using var table = await _store.LockTableAsync();
        var written = _store.Writer.WriteAsync(LoginStore.Login("written"));
        await table.WaitForBlockedAsync(1);
        var queued = _store.Writer.WriteAsync(LoginStore.Login("queued"), _cancelled.Token);

        await _cancelled.CancelAsync();

        Assert.True(queued.IsCanceled);
        await table.ReleaseAsync();
        await written;
        await _store.Writer.DisposeAsync();
        Assert.Equal("written", await _store.ScalarAsync("SELECT string_agg(user_id, ',') FROM user_logins"));
    }

    [Fact]
    public async Task A_row_in_a_running_statement_is_committed_despite_the_cancellation()
    {
        await using var table = await _store.LockTableAsync();
        var running = _store.Writer.WriteAsync(LoginStore.Login(), _cancelled.Token);
        await table.WaitForBlockedAsync(1);

        await _cancelled.CancelAsync();

        Assert.False(running.IsCompleted);
        await table.ReleaseAsync();
        await running;
        Assert.Equal(1, await _store.CountAsync());
    }

    [Fact]
    public async Task A_cancelled_row_whose_statement_fails_transiently_is_withdrawn_instead_of_retried()
    {
        await using var table = await _store.LockTableAsync();
        var leaves = _store.Writer.WriteAsync(LoginStore.Login("leaves"), _cancelled.Token);
        await table.WaitForBlockedAsync(1);
        await _cancelled.CancelAsync();

        await table.TerminateBlockedAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        await table.ReleaseAsync();
        await _store.Writer.WriteAsync(LoginStore.Login("stays"));
        Assert.Equal("stays", await _store.ScalarAsync("SELECT string_agg(user_id, ',') FROM user_logins"));
    }

    [Fact]
    public async Task A_batch_whose_callers_all_cancelled_in_an_outage_is_dropped_at_once()
    {
        var time = _store.UseFakeTime();
        await _store.ScalarAsync("ALTER TABLE user_logins RENAME TO elsewhere");
        var held = _store.Writer.WriteAsync(LoginStore.Login("held"), _cancelled.Token);
        await _store.Logs.WaitForAsync("PostgreSQL cannot commit logins");
        await time.WaitForTimersAsync();

        await _cancelled.CancelAsync();

        Assert.True(held.IsCanceled);
        await _store.ScalarAsync("ALTER TABLE elsewhere RENAME TO user_logins");
        var next = _store.Writer.WriteAsync(LoginStore.Login("next"));
        time.Advance(TimeSpan.FromSeconds(5));
        await next;
        Assert.Equal("next", await _store.ScalarAsync("SELECT string_agg(user_id, ',') FROM user_logins"));
    }

    [Fact]
    public async Task After_an_outage_only_the_rows_whose_callers_still_wait_are_written()
    {
        var time = _store.UseFakeTime();
        await using (var table = await _store.LockTableAsync())
        {
            var first = _store.Writer.WriteAsync(LoginStore.Login("first"));
            await table.WaitForBlockedAsync(1);
            var leaves = _store.Writer.WriteAsync(LoginStore.Login("leaves"), _cancelled.Token);
            var stays = _store.Writer.WriteAsync(LoginStore.Login("stays"));
            var bad = _store.Writer.WriteAsync(LoginStore.Login("bad\0"));
            await table.TerminateBlockedAsync();
            await _store.Logs.WaitForAsync("PostgreSQL cannot commit logins");
            await time.WaitForTimersAsync();
            await table.ReleaseAsync();
            await _cancelled.CancelAsync();
            time.Advance(TimeSpan.FromSeconds(5));

            await Task.WhenAll(first, stays);
            Assert.True(leaves.IsCanceled);
            await Assert.ThrowsAsync<LoginRejectedException>(() => bad);
        }

        Assert.Equal(
            "first,stays",
            await _store.ScalarAsync("SELECT string_agg(user_id, ',' ORDER BY user_id) FROM user_logins"));
    }

    [Fact]
    public async Task Disposing_cancels_a_statement_whose_callers_all_cancelled_and_waits_for_any_other()
    {
        await using var table = await _store.LockTableAsync();
        var leaves = _store.Writer.WriteAsync(LoginStore.Login("leaves"), _cancelled.Token);
        await table.WaitForBlockedAsync(1);
        var stays = _store.Writer.WriteAsync(LoginStore.Login("stays"));
        await _cancelled.CancelAsync();

        var disposing = _store.Writer.DisposeAsync();

        await Assert.ThrowsAsync<LoginWriterStoppedException>(() => leaves);
        await table.WaitForBlockedAsync(1);
        Assert.False(disposing.IsCompleted);
        await table.ReleaseAsync();
        await disposing;
        await stays;
        Assert.Equal("stays", await _store.ScalarAsync("SELECT string_agg(user_id, ',') FROM user_logins"));
    }

    [Fact]
    public async Task With_a_token_that_is_already_cancelled_nothing_is_written()
    {
        await _cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _store.Writer.WriteAsync(LoginStore.Login(), _cancelled.Token));

        await _store.Writer.DisposeAsync();
        Assert.Equal(0, await _store.CountAsync());
    }
}
