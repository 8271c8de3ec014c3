namespace FetchEtl.Sqs;

/// <summary>
/// One kind of call of an endpoint, and its retry budget. A call takes ten entries, or fewer where their dead letters
/// fill 1 MiB. Ordinarily up to <see cref="MostCalls"/> calls are under way. After SQS refused a call as a whole, one
/// call at a time asks again, with a growing delay, until SQS accepts one; all other leases wait and are renewed. One
/// thread at a time uses it.
/// </summary>
/// <param name="linger">How long an entry may wait for others: a partial call is due then.</param>
/// <param name="backoff">The delays between refused calls.</param>
/// <param name="isUnlimited">Whether each entry is sent, whatever SQS answers to others.</param>
internal sealed class CallLane(TimeSpan linger, Backoff backoff, bool isUnlimited = false)
{
    /// <summary>
    /// As many as there are polls. So no more calls than these meet a refusal before the lane knows of it.
    /// </summary>
    public const int MostCalls = 16;

    private readonly Queue<(LeaseEntry Entry, TimeSpan DueAt)> _entries = [];
    private readonly Queue<SqsMessageLease> _waiting = [];
    private long _bytes;
    private int _underWay;
    private int _refusals;
    private TimeSpan _askAt;
    private bool _isUnlimited = isUnlimited;

    /// <summary>Whether SQS refused the latest calls as a whole.</summary>
    public bool IsRefused => _refusals > 0;

    /// <summary>Why SQS refused the latest of these.</summary>
    public string Problem { get; set; } = string.Empty;

    /// <summary>When the next call is due; <see cref="TimeSpan.MaxValue"/> while none can be.</summary>
    public TimeSpan DueAt => _underWay >= Limit ? TimeSpan.MaxValue
        : _entries.TryPeek(out var first) ? first.DueAt
        : IsRefused && HasWaiting() ? _askAt
        : TimeSpan.MaxValue;

    /// <summary>How many calls may be under way.</summary>
    private int Limit => _isUnlimited ? int.MaxValue : IsRefused ? 1 : MostCalls;

    /// <summary>Whether an entry may be added: always, or while SQS refuses, to the one call that asks again.</summary>
    public bool Admits(TimeSpan now) => !IsRefused || _isUnlimited
        || (_underWay == 0 && now >= _askAt && _entries.Count < SqsLimits.EntriesPerCall);

    public void Add(LeaseEntry entry, TimeSpan now)
    {
        _entries.Enqueue((entry, now + linger));
        _bytes += entry.Bytes;
    }

    /// <summary>Keeps a lease until <see cref="TryResume"/> returns it.</summary>
    public void Hold(SqsMessageLease lease) => _waiting.Enqueue(lease);

    /// <summary>A lease whose settlement may be sent now, in the order in which they were held.</summary>
    public bool TryResume(TimeSpan now, out SqsMessageLease lease)
    {
        lease = null!;
        return Admits(now) && HasWaiting() && _waiting.TryDequeue(out lease!);
    }

    /// <summary>The entries of the next call; null while none may be sent, or few wait and none is due.</summary>
    public List<LeaseEntry>? Take(TimeSpan now)
    {
        if (_underWay >= Limit
            || !_entries.TryPeek(out var next)
            || (_entries.Count < SqsLimits.EntriesPerCall && _bytes < SqsLimits.CallBytes && now < next.DueAt))
        {
            return null;
        }

        var call = new List<LeaseEntry>(SqsLimits.EntriesPerCall);
        var bytes = 0;
        do
        {
            call.Add(_entries.Dequeue().Entry);
            bytes += next.Entry.Bytes;
        }
        while (call.Count < SqsLimits.EntriesPerCall
            && _entries.TryPeek(out next)
            && bytes + next.Entry.Bytes <= SqsLimits.CallBytes);

        _bytes -= bytes;
        _underWay++;
        return call;
    }

    /// <summary>The entries that were added and must wait, since SQS refuses.</summary>
    public IReadOnlyList<LeaseEntry> TakeBack()
    {
        if (!IsRefused || _isUnlimited)
        {
            return [];
        }

        List<LeaseEntry> all = [.. _entries.Select(x => x.Entry)];
        _entries.Clear();
        _bytes = 0;
        return all;
    }

    /// <summary>Every entry gets one last call: nothing limits the calls any more.</summary>
    public void GiveUp() => _isUnlimited = true;

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
