namespace FetchEtl.Local.Tests;

/// <summary>A standard queue by the letter of SQS's documentation: a list, looked through from end to end each time.</summary>
internal sealed class NaiveQueue(int retention, int visibility)
{
    private readonly List<Entry> _entries = [];
    private int _now;
    private int _receives;

    public int Delayed => Living.Count(entry => entry.Receipt == 0 && entry.VisibleAt > _now);

    public int Visible => Living.Count(entry => entry.VisibleAt <= _now);

    public int InFlight => Living.Count(entry => entry.Receipt != 0 && entry.VisibleAt > _now);

    private IEnumerable<Entry> Living => _entries.Where(entry => !entry.Deleted && entry.SentAt + retention > _now);

    public void Send(Guid id, int delay) => _entries.Add(new(id, _now) { VisibleAt = _now + delay });

    /// <summary>Notes that this message was received; fails if it was not there to receive.</summary>
    public (int Handle, int ReceiveCount) Receive(Guid id)
    {
        var entry = Living.Single(entry => entry.Id == id && entry.VisibleAt <= _now);
        entry.VisibleAt = _now + visibility;
        entry.Receipt = ++_receives;
        return (entry.Receipt, ++entry.ReceiveCount);
    }

    public void Delete(int handle)
    {
        if (Living.SingleOrDefault(entry => entry.Receipt == handle) is { } entry)
        {
            entry.Deleted = true;
        }
    }

    /// <summary>The error's name, or null for success.</summary>
    public string? ChangeVisibility(int handle, int seconds)
    {
        if (Living.SingleOrDefault(entry => entry.Receipt == handle) is not { } entry)
        {
            return "InvalidParameterValueException";
        }

        if (entry.VisibleAt <= _now)
        {
            return "MessageNotInflight";
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
