using FetchEtl.Testing;

namespace FetchEtl.Local.Tests;

/// <summary>
/// The signal of <see cref="SignalingTimeProvider"/>: a wait ends exactly when enough timers are set.
/// </summary>
public sealed class SignalingTimeProviderTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SignalingTimeProvider _time = new();

    [Fact]
    public async Task A_wait_ends_when_a_delay_is_pending_and_an_advance_completes_the_delay()
    {
        var waiting = _time.WaitForTimersAsync();
        Assert.False(waiting.IsCompleted);
        var delay = Task.Delay(Second, _time);

        await waiting;
        Assert.False(delay.IsCompleted);
        _time.Advance(Second);

        await delay;
    }

    [Fact]
    public async Task A_wait_for_two_timers_needs_both()
    {
        var waiting = _time.WaitForTimersAsync(2);
        using var first = SetTimer(Second);
        Assert.False(waiting.IsCompleted);
        using var second = SetTimer(Second);

        await waiting;
    }

    [Fact]
    public void A_timer_counts_until_it_fires()
    {
        using var timer = SetTimer(Second);
        Assert.True(_time.WaitForTimersAsync().IsCompleted);

        _time.Advance(Second);

        Assert.False(_time.WaitForTimersAsync().IsCompleted);
    }

    [Fact]
    public void A_timer_that_is_due_at_once_does_not_count()
    {
        using var timer = SetTimer(TimeSpan.Zero);

        Assert.False(_time.WaitForTimersAsync().IsCompleted);
    }

    [Fact]
    public void A_periodic_timer_counts_until_it_is_disposed()
    {
        var timer = SetTimer(Second, Second);
        _time.Advance(5 * Second);
        Assert.True(_time.WaitForTimersAsync().IsCompleted);

        timer.Dispose();

        Assert.False(_time.WaitForTimersAsync().IsCompleted);
    }

    [Fact]
    public void A_stopped_timer_does_not_count_until_it_is_set_again()
    {
        using var timer = SetTimer(Second);
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Assert.False(_time.WaitForTimersAsync().IsCompleted);

        timer.Change(Second, Timeout.InfiniteTimeSpan);

        Assert.True(_time.WaitForTimersAsync().IsCompleted);
    }

    /// <summary>A callback that sets its own timer again, as a retry loop does, must leave it counted.</summary>
    [Fact]
    public void A_timer_that_its_own_callback_sets_again_counts_and_fires_again()
    {
        var fired = 0;
        ITimer? timer = null;
        timer = _time.CreateTimer(
            _ =>
            {
                fired++;
                timer!.Change(Second, Timeout.InfiniteTimeSpan);
            },
            null,
            Second,
            Timeout.InfiniteTimeSpan);

        _time.Advance(Second);
        Assert.True(_time.WaitForTimersAsync().IsCompleted);
        _time.Advance(Second);

        Assert.Equal(2, fired);
        timer.Dispose();
    }

    private ITimer SetTimer(TimeSpan dueTime, TimeSpan? period = null) =>
        _time.CreateTimer(_ => { }, null, dueTime, period ?? Timeout.InfiniteTimeSpan);
}
