namespace FetchEtl.Local;

/// <summary>
/// The messages of one queue and their states: by id, by age, by due time and in the order of delivery. No step costs
/// more than the logarithm of their number. Not thread-safe: the lock of the queue guards it.
/// </summary>
internal sealed class QueueContents(IDeliveryOrder order)
{
    private readonly Dictionary<Guid, StoredMessage> _messages = [];

    /// <summary>Oldest first. Arrival order differs, because a dead letter keeps its age.</summary>
    private readonly SortedSet<StoredMessage> _byAge =
        new(Comparer<StoredMessage>.Create(
            static (one, other) => (one.SentAt, one.Key).CompareTo((other.SentAt, other.Key))));

    private readonly DueTimes _due = new();

    public int Delayed { get; private set; }

    public int Visible { get; private set; }

    public int InFlight { get; private set; }

    /// <summary>Earliest time at which a message can become visible; Unix time in milliseconds.</summary>
    public long? NextDue => _due.Next;

    public StoredMessage? Find(Guid key) => _messages.GetValueOrDefault(key);

    /// <inheritdoc cref="IDeliveryOrder.Next"/>
    public StoredMessage? Next(StoredMessage? previous = null, int skip = 0) => order.Next(previous, skip);

    public void Add(StoredMessage message, long delay, long now)
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

    public void Show(StoredMessage message) => Move(message, MessageState.Visible);

    /// <summary>Makes a message visible, in a standard queue before all others.</summary>
    public void ShowFirst(StoredMessage message)
    {
        Show(message);
        order.PutFirst(message);
    }

    /// <summary>Makes a message delayed or in flight until the given time.</summary>
    public void Hide(StoredMessage message, MessageState state, long until)
    {
        Move(message, state);
        _due.Set(message, until, Delayed + InFlight);
    }

    public void Remove(StoredMessage message)
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

    /// <summary>Shows messages whose delay or visibility timeout has ended, and removes those past retention.</summary>
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

    private void Move(StoredMessage message, MessageState to)
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
