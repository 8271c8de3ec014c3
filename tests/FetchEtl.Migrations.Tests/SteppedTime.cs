using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Migrations.Tests;

/// <summary>A clock that stands still and lists the pauses that wait for it.</summary>
internal sealed class SteppedTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _pauses = Channel.CreateUnbounded<TimeSpan>();

    /// <summary>Waits until a pause has begun, and returns its length.</summary>
    public Task<TimeSpan> NextPauseAsync() => _pauses.Reader.ReadAsync().AsTask().WaitAsync(TestDatabase.Limit);

    /// <summary>Lets each pause pass as it begins, until the work has ended. No other pauses can be waited for then.
    /// </summary>
    public async Task PassUntilAsync(Task work)
    {
        while (await Task.WhenAny(work, NextPauseAsync()) is Task<TimeSpan> pause)
        {
            Advance(await pause);
        }

        await work;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _pauses.Writer.TryWrite(dueTime);
        return timer;
    }
}
