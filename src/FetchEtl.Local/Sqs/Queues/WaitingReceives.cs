namespace FetchEtl.Local;

/// <summary>
/// The receives that wait on a queue, in the order of arrival, and a timer for the next message that can become
/// visible. Not thread-safe: the lock of the queue guards it.
/// </summary>
/// <param name="messages">The messages of the queue.</param>
/// <param name="time">The clock of the timer.</param>
/// <param name="due">Called without the lock when the timer fires.</param>
internal sealed class WaitingReceives(QueueMessages messages, TimeProvider time, Action due) : IDisposable
{
    private readonly LinkedList<TaskCompletionSource> _line = new();
    private readonly ITimer _timer = time.CreateTimer(
        _ => due(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Join(TaskCompletionSource waiter) => _line.AddLast(waiter);

    /// <summary>Removes a receive. The next in line gets the wake-up that this one may have received.</summary>
    public void Leave(TaskCompletionSource waiter)
    {
        _line.Remove(waiter);
        Wake();
    }

    /// <summary>Wakes the first receive if a message is visible. That one wakes the next when it leaves.</summary>
    public void Wake()
    {
        if (_line.First is { } first && messages.Next() is not null)
        {
            _line.RemoveFirst();
            first.Value.TrySetResult();
        }
    }

    public void SetTimer(long now)
    {
        if (_line.Count > 0 && messages.NextDue is { } next)
        {
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, next - now)), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Wakes all receives, which then find the queue deleted, and stops the timer.</summary>
    public void Dispose()
    {
        foreach (var waiter in _line)
        {
            waiter.TrySetResult();
        }

        _line.Clear();
        _timer.Dispose();
    }
}
