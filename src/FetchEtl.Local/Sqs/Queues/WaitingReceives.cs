namespace FetchEtl.Local;

/// <summary>
/// The receives that wait on a queue, first come, first served, and the alarm that rings when a delayed or in-flight message
/// may become visible to them. Not thread-safe: the queue's lock guards it.
/// </summary>
/// <param name="messages">What they wait for.</param>
/// <param name="time">The alarm's clock.</param>
/// <param name="ring">Called when the alarm rings, without the lock.</param>
internal sealed class WaitingReceives(QueueMessages messages, TimeProvider time, Action ring) : IDisposable
{
    private readonly LinkedList<TaskCompletionSource> _line = new();
    private readonly ITimer _alarm = time.CreateTimer(_ => ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Join(TaskCompletionSource waiter) => _line.AddLast(waiter);

    /// <summary>A receive stops waiting. Whatever wake-up it may have got is passed on to the next in line.</summary>
    public void Leave(TaskCompletionSource waiter)
    {
        _line.Remove(waiter);
        Wake();
    }

    /// <summary>Wakes one waiting receive if there is something for it; on leaving, that one wakes the next.</summary>
    public void Wake()
    {
        if (_line.First is { } first && messages.Next() is not null)
        {
            _line.RemoveFirst();
            first.Value.TrySetResult();
        }
    }

    public void SetAlarm(long now)
    {
        if (_line.Count > 0 && messages.NextDue is { } next)
        {
            _alarm.Change(TimeSpan.FromMilliseconds(Math.Max(0, next - now)), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Wakes all, to learn that the queue is gone. No alarm rings any more.</summary>
    public void Dispose()
    {
        foreach (var waiter in _line)
        {
            waiter.TrySetResult();
        }

        _line.Clear();
        _alarm.Dispose();
    }
}
