namespace FetchEtl.Local;

/// <summary>
/// The messages of one queue and their states: by id, by age, by due time and in the order of delivery. Each step costs the
/// logarithm of their number at most. Not thread-safe: the queue's lock guards it.
/// </summary>
internal sealed class QueueContents(IDeliveryOrder order)
{
    private readonly Dictionary<Guid, SqsMessage> _messages = [];

    /// <summary>Oldest first. That is not the order of arrival: a dead letter keeps its age.</summary>
    private readonly SortedSet<SqsMessage> _byAge =
        new(Comparer<SqsMessage>.Create(static (one, other) => (one.SentAt, one.Key).CompareTo((other.SentAt, other.Key))));

    private readonly DueTimes _due = new();

    public int Delayed { get; private set; }

    public int Visible { get; private set; }

    public int InFlight { get; private set; }

    /// <summary>When something will next become visible, at the earliest; Unix time in milliseconds.</summary>
    public long? NextDue => _due.Next;

    public SqsMessage? Find(Guid key) => _messages.GetValueOrDefault(key);

    /// <inheritdoc cref="IDeliveryOrder.Next"/>
    public SqsMessage? Next(SqsMessage? previous = null, int skip = 0) => order.Next(previous, skip);

    public void Add(SqsMessage message, long delay, long now)
    {
        _messages.Add(message.Key, message);
        _byAge.Add(message);
        order.Add(message);
        if (delay > 0)
        {
            Hide(message, MessageState.Delayed, now + delay);
        }
        else
        {
            Move(message, MessageState.Visible);
        }
    }

    public void Show(SqsMessage message) => Move(message, MessageState.Visible);

    /// <summary>Visible, and in a standard queue before all others.</summary>
    public void ShowFirst(SqsMessage message)
    {
        Show(message);
        order.PutFirst(message);
    }

    /// <summary>Delayed or in flight until then.</summary>
    public void Hide(SqsMessage message, MessageState state, long until)
    {
        Move(message, state);
        _due.Set(message, until, Delayed + InFlight);
    }

    public void Remove(SqsMessage message)
    {
        Move(message, MessageState.Gone);
        _messages.Remove(message.Key);
        _byAge.Remove(message);
    }

    public void Clear()
    {
        while (_byAge.Min is { } oldest)
        {
            Remove(oldest);
        }
    }

    /// <summary>Acts on delays and visibility timeouts that ended by now, and on retention.</summary>
    public void Advance(long now, long retention)
    {
        while (_due.Take(now) is { } message)
        {
            Show(message);
        }

        while (_byAge.Min is { } oldest && oldest.SentAt + retention <= now)
        {
            Remove(oldest);
        }
    }

    private void Move(SqsMessage message, MessageState to)
    {
        var from = message.State;
        Count(from, -1);
        Count(to, +1);
        message.State = to;
        order.Moved(message, from);
    }

    private void Count(MessageState state, int change)
    {
        switch (state)
        {
            case MessageState.Delayed:
                Delayed += change;
                break;
            case MessageState.Visible:
                Visible += change;
                break;
            case MessageState.InFlight:
                InFlight += change;
                break;
        }
    }
}
