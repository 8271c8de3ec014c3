namespace FetchEtl.Local.Tests;

/// <summary>
/// A model of a standard queue by the documentation of SQS: a list that every step searches from end to end.
/// </summary>
internal sealed class NaiveQueue(int retention, int visibility)
{
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<int, Entry> _received = [];
    private int _now;
    private int _receives;

    public int Delayed => Living.Count(entry => entry.Receipt == 0 && entry.VisibleAt > _now);

    public int Visible => Living.Count(entry => entry.VisibleAt <= _now);

    public int InFlight => Living.Count(entry => entry.Receipt != 0 && entry.VisibleAt > _now);

    private IEnumerable<Entry> Living => _entries.Where(entry => !entry.Deleted && entry.SentAt + retention > _now);

    public void Send(Guid id, int delay) => _entries.Add(new(id, _now) { VisibleAt = _now + delay });

    /// <summary>Records a receive of this message. Fails if the message is not visible.</summary>
    public (int Handle, int ReceiveCount) Receive(Guid id)
    {
        var entry = Living.Single(entry => entry.Id == id && entry.VisibleAt <= _now);
        entry.VisibleAt = _now + visibility;
        entry.Receipt = ++_receives;
        _received.Add(entry.Receipt, entry);
        return (entry.Receipt, ++entry.ReceiveCount);
    }

    public void Delete(int handle)
    {
        if (Living.SingleOrDefault(entry => entry.Receipt == handle) is { } entry)
        {
            entry.Deleted = true;
        }
    }

    /// <summary>Returns the name of the error, or null for success.</summary>
    public string? ChangeVisibility(int handle, int seconds)
    {
        // Also with the handle of an earlier receive, and for a message that is visible again.
        var entry = _received[handle];
        if (!Living.Contains(entry))
        {
            return "InvalidParameterValueException";
        }

        entry.VisibleAt = _now + seconds;
        return null;
    }

    public void Wait(int seconds) => _now += seconds;

    private sealed class Entry(Guid id, int sentAt)
    {
        public Guid Id => id;

        public int SentAt => sentAt;

        public int VisibleAt { get; set; }

        public int Receipt { get; set; }

        public int ReceiveCount { get; set; }

        public bool Deleted { get; set; }
    }
}
