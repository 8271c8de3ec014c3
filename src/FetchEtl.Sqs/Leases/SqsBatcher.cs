namespace FetchEtl.Sqs;

/// <summary>
/// Gathers entries for a batch call: the tenth sends them at once, fewer wait for company for at most the linger. Calls run side
/// by side; the entries in them are bounded by the prefetch.
/// </summary>
internal sealed class SqsBatcher<T> : IDisposable
{
    private const int MaxEntries = 10;

    private readonly Lock _gate = new();
    private readonly Func<IReadOnlyList<T>, Task> _send;
    private readonly TimeSpan _linger;
    private readonly ITimer _timer;
    private List<T> _gathered = new(MaxEntries);

    /// <param name="send">Makes one batch call; must not throw.</param>
    /// <param name="linger">How long an entry may wait for nine others.</param>
    /// <param name="time">The clock of the linger.</param>
    public SqsBatcher(Func<IReadOnlyList<T>, Task> send, TimeSpan linger, TimeProvider time)
    {
        _send = send;
        _linger = linger;
        _timer = time.CreateTimer(static batcher => ((SqsBatcher<T>)batcher!).Flush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(T entry)
    {
        List<T>? full = null;
        lock (_gate)
        {
            _gathered.Add(entry);
            if (_gathered.Count == MaxEntries)
            {
                full = Take();
            }
            else if (_gathered.Count == 1)
            {
                _timer.Change(_linger, Timeout.InfiniteTimeSpan);
            }
        }

        if (full is not null)
        {
            _ = _send(full);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Flush()
    {
        List<T> gathered;
        lock (_gate)
        {
            gathered = Take();
        }

        if (gathered.Count > 0)
        {
            _ = _send(gathered);
        }
    }

    private List<T> Take()
    {
        var taken = _gathered;
        _gathered = new List<T>(MaxEntries);
        return taken;
    }
}
