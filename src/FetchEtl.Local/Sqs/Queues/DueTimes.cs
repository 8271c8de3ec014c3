namespace FetchEtl.Local;

/// <summary>
/// When delayed and in-flight messages become visible, soonest first. A message that was deleted or got another due time
/// leaves an old entry behind; those are skipped, and cleared out once they are the majority.
/// </summary>
internal sealed class DueTimes
{
    private const int WorthClearing = 1000;

    private readonly PriorityQueue<SqsMessage, long> _heap = new();

    /// <summary>The earliest entry's time, though it may be an old one.</summary>
    public long? Next => _heap.TryPeek(out _, out var at) ? at : null;

    /// <param name="message">Its <see cref="SqsMessage.VisibleAt"/> is set.</param>
    /// <param name="at">Unix time in milliseconds.</param>
    /// <param name="live">How many messages have a due time now.</param>
    public void Set(SqsMessage message, long at, int live)
    {
        message.VisibleAt = at;
        _heap.Enqueue(message, at);
        if (_heap.Count > (2 * live) + WorthClearing)
        {
            var current = _heap.UnorderedItems.Where(item => IsCurrent(item.Element, item.Priority)).ToArray();
            _heap.Clear();
            _heap.EnqueueRange(current);
        }
    }

    /// <summary>Removes and returns the next message due by <paramref name="now"/>, or null.</summary>
    public SqsMessage? Take(long now)
    {
        while (_heap.TryPeek(out var message, out var at) && at <= now)
        {
            _heap.Dequeue();
            if (IsCurrent(message, at))
            {
                return message;
            }
        }

        return null;
    }

    private static bool IsCurrent(SqsMessage message, long at) =>
        message.VisibleAt == at && message.State is (MessageState.Delayed or MessageState.InFlight);
}
