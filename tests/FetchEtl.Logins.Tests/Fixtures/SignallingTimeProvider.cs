using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// Fake time from 2026-01-01 on. It signals when the code under test sets a timer, so that advancing reaches it.
/// </summary>
internal sealed class SignallingTimeProvider()
    : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    private readonly TaskCompletionSource _timerSet = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the first timer is set.</summary>
    public Task TimerSet => _timerSet.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timerSet.TrySetResult();
        return timer;
    }
}
