namespace FetchEtl.Sqs;

/// <summary>
/// Gathers entries for batch calls: the tenth entry sends the call, and a smaller batch is sent when its first entry has
/// waited for <paramref name="linger"/>. Used by one thread at a time.
/// </summary>
/// <param name="linger">How long an entry may wait for others.</param>
/// <param name="send">Takes the entries of one call.</param>
internal sealed class EntryBatch(TimeSpan linger, Action<IReadOnlyList<LeaseEntry>> send)
{
    private List<LeaseEntry> _entries = new(SqsLimits.EntriesPerCall);
    private int _bytes;

    /// <summary>When the gathered entries are sent at the latest; <see cref="TimeSpan.MaxValue"/> while there are none.</summary>
    public TimeSpan DueAt { get; private set; } = TimeSpan.MaxValue;

    public void Add(LeaseEntry entry, TimeSpan now)
    {
        var bytes = entry.DeadLetter?.Bytes ?? 0;
        if (_bytes + bytes > SqsLimits.CallBytes)
        {
            Send();
        }

        if (_entries.Count == 0)
        {
            DueAt = now + linger;
        }

        _entries.Add(entry);
        _bytes += bytes;
        if (_entries.Count == SqsLimits.EntriesPerCall)
        {
            Send();
        }
    }

    public void SendIfDue(TimeSpan now)
    {
        if (now >= DueAt)
        {
            Send();
        }
    }

    private void Send()
    {
        if (_entries.Count == 0)
        {
            return;
        }

        var entries = _entries;
        _entries = new List<LeaseEntry>(SqsLimits.EntriesPerCall);
        _bytes = 0;
        DueAt = TimeSpan.MaxValue;
        send(entries);
    }
}
