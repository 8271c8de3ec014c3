using FetchEtl.Testing;

namespace FetchEtl.Local.Tests;

public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Timers_fire_in_the_order_in_which_they_fall_due_each_at_its_own_time()
    {
        SetTimer("late", 3);
        SetTimer("early", 1);
        SetTimer("never", 9);

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["early at 1", "late at 3"], _fired);
    }

    [Fact]
    public void Timers_due_together_fire_in_the_order_in_which_they_were_set()
    {
        SetTimer("first", 1);
        SetTimer("second", 1);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["first at 1", "second at 1"], _fired);
    }

    [Fact]
    public void A_periodic_timer_fires_once_a_period()
    {
        SetTimer("tick", 1, periodSeconds: 2);

        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(["tick at 1", "tick at 3", "tick at 5"], _fired);
    }

    [Fact]
    public void A_timer_set_by_a_callback_fires_in_the_same_advance()
    {
        using var outer = _time.CreateTimer(
            _ => SetTimer("inner", 1), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(["inner at 2"], _fired);
    }

    [Fact]
    public void A_disposed_timer_does_not_fire()
    {
        SetTimer("gone", 1).Dispose();

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Empty(_fired);
    }

    [Fact]
    public void Timestamps_keep_in_step_with_the_wall_clock()
    {
        var timestamp = _time.GetTimestamp();
        var now = _time.GetUtcNow();

        _time.Advance(TimeSpan.FromMilliseconds(1234));

        Assert.Equal(TimeSpan.FromMilliseconds(1234), _time.GetElapsedTime(timestamp));
        Assert.Equal(TimeSpan.FromMilliseconds(1234), _time.GetUtcNow() - now);
    }

    [Fact]
    public async Task Waiting_for_timers_ends_when_a_delay_is_pending_and_advancing_completes_it()
    {
        var waiting = _time.WaitForTimersAsync();
        Assert.False(waiting.IsCompleted);
        var delay = Task.Delay(TimeSpan.FromSeconds(1), _time);

        await waiting;
        Assert.False(delay.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        await delay;
    }

    private ITimer SetTimer(string name, int dueSeconds, int? periodSeconds = null)
    {
        var start = new ManualTimeProvider().GetUtcNow();
        return _time.CreateTimer(
            _ => _fired.Add($"{name} at {(_time.GetUtcNow() - start).TotalSeconds}"),
            null,
            TimeSpan.FromSeconds(dueSeconds),
            periodSeconds is { } period ? TimeSpan.FromSeconds(period) : Timeout.InfiniteTimeSpan);
    }
}
