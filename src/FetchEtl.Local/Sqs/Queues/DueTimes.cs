namespace FetchEtl.Local;

/// <summary>
/// Due times of delayed and in-flight messages, earliest first. A message that is deleted, or that gets another due
/// time, leaves an old entry behind. Old entries are skipped, and removed once they are the majority.
/// </summary>
internal sealed class DueTimes
{
    private const int EntriesWorthClearing = 1000;

    private readonly PriorityQueue<StoredMessage, long> _heap = new();

    /// <summary>The time of the earliest entry, which can be an old one.</summary>
    public long? Next => _heap.TryPeek(out _, out var at) ? at : null;

    /// <param name="message">Its <see cref="StoredMessage.VisibleAt"/> is set.</param>
    /// <param name="at">Unix time in milliseconds.</param>
    /// <param name="live">Number of messages that have a due time now.</param>
    public void Set(StoredMessage message, long at, int live)
    {
        message.VisibleAt = at;
        _heap.Enqueue(message, at);
        if (_heap.Count > (2 * live) + EntriesWorthClearing)
        {
            var current = _heap.UnorderedItems.Where(item => IsCurrent(item.Element, item.Priority)).ToArray();
            _heap.Clear();
            _heap.EnqueueRange(current);
        }
    }

    /// <summary>Removes and returns the next message due by <paramref name="now"/>, or null.</summary>
    public StoredMessage? Take(long now)
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

    private static bool IsCurrent(StoredMessage message, long at) =>
        message.VisibleAt == at && message.State is (MessageState.Delayed or MessageState.InFlight);
}
