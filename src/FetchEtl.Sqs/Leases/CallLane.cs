namespace FetchEtl.Sqs;

/// <summary>
/// One kind of settlement call of an endpoint, and its retry budget. Ordinarily up to <see cref="MostCalls"/> calls are
/// under way. After SQS refused a call as a whole, one call at a time asks again, with a growing delay, until SQS
/// accepts one; all other leases wait and are renewed. One thread at a time uses it.
/// </summary>
/// <param name="linger">How long an entry may wait for others.</param>
/// <param name="backoff">The delays between refused calls.</param>
internal sealed class CallLane(TimeSpan linger, Backoff backoff)
{
    /// <summary>
    /// As many as there are polls. So no more calls than these meet a refusal before the lane knows of it.
    /// </summary>
    public const int MostCalls = 16;

    private readonly EntryBatch _entries = new(linger);
    private readonly Queue<SqsMessageLease> _waiting = [];
    private int _underWay;
    private int _refusals;
    private TimeSpan _askAt;
    private bool _gaveUp;

    /// <summary>Whether SQS refused the latest calls as a whole.</summary>
    public bool IsRefused => _refusals > 0;

    /// <summary>When the next call is due; <see cref="TimeSpan.MaxValue"/> while none can be.</summary>
    public TimeSpan DueAt => _underWay >= Limit ? TimeSpan.MaxValue
        : IsRefused && _entries.Count == 0 && HasWaiting() ? _askAt
        : _entries.DueAt;

    /// <summary>How many calls may be under way.</summary>
    private int Limit => _gaveUp ? int.MaxValue : IsRefused ? 1 : MostCalls;

    /// <summary>Whether an entry may be added: always, or while SQS refuses, to the one call that asks again.</summary>
    public bool Admits(TimeSpan now) => !IsRefused || _gaveUp
        || (_underWay == 0 && now >= _askAt && _entries.Count < SqsLimits.EntriesPerCall);

    public void Add(LeaseEntry entry, TimeSpan now) => _entries.Add(entry, now);

    /// <summary>Keeps a lease until <see cref="TryResume"/> returns it.</summary>
    public void Hold(SqsMessageLease lease) => _waiting.Enqueue(lease);

    /// <summary>A lease whose settlement may be sent now, in the order in which they were held.</summary>
    public bool TryResume(TimeSpan now, out SqsMessageLease lease)
    {
        lease = null!;
        return Admits(now) && HasWaiting() && _waiting.TryDequeue(out lease!);
    }

    /// <summary>The entries of the next call; null while none may be sent.</summary>
    public List<LeaseEntry>? Take(TimeSpan now)
    {
        var entries = _underWay < Limit ? _entries.Take(now) : null;
        _underWay += entries is null ? 0 : 1;
        return entries;
    }

    /// <summary>The entries that were added and must wait, since SQS refuses.</summary>
    public IReadOnlyList<LeaseEntry> TakeBack() => IsRefused && !_gaveUp ? _entries.TakeAll() : [];

    /// <summary>Every entry gets one last call: nothing limits the calls any more.</summary>
    public void GiveUp() => _gaveUp = true;

    /// <summary>SQS accepted a call, or refused it as a whole.</summary>
    public void Answered(bool refused, TimeSpan now)
    {
        _underWay--;
        if (!refused)
        {
            _refusals = 0;
        }
        else if (now >= _askAt)
        {
            // Calls that were under way together count as one refusal.
            _refusals++;
            _askAt = now + backoff.After(_refusals, Backoff.LongestRetry);
        }
    }

    /// <summary>A lease that was lost meanwhile waits for nothing.</summary>
    private bool HasWaiting()
    {
        while (_waiting.TryPeek(out var lease) && lease.Lease.State == LeaseState.Closed)
        {
            _waiting.Dequeue();
        }

        return _waiting.Count > 0;
    }
}
