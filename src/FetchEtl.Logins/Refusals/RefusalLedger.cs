namespace FetchEtl.Logins;

/// <summary>
/// Counts the outcomes of recent rows, about the last 1,000: written, or refused for which SQLSTATE. Older rows count
/// less with each new one. A row that went back to its queue, or was rejected, is not counted again when its message
/// returns: a few such rows would otherwise grow into many. Thread-safe.
/// </summary>
internal sealed class RefusalLedger
{
    private const double Window = 1000;
    private const int MostReturned = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, double> _refused = [];
    private readonly HashSet<Guid> _returned = [];
    private readonly Queue<Guid> _returnedInOrder = [];
    private double _written;

    public void Written(int rows)
    {
        lock (_lock)
        {
            _written += rows;
            Age_NeedsLock();
        }
    }

    /// <summary>Counts a row that is refused for this SQLSTATE for the first time.</summary>
    public RefusalShare Refused(string sqlState, Guid? messageId)
    {
        lock (_lock)
        {
            if (messageId is not { } id || !_returned.Contains(id))
            {
                _refused[sqlState] = _refused.GetValueOrDefault(sqlState) + 1;
                Age_NeedsLock();
            }

            return Share_NeedsLock(sqlState);
        }
    }

    /// <summary>A refused row goes back to its queue, or is rejected. The last 10,000 are remembered.</summary>
    public void Returned(Guid? messageId)
    {
        lock (_lock)
        {
            if (messageId is { } id && _returned.Add(id))
            {
                _returnedInOrder.Enqueue(id);
                if (_returnedInOrder.Count > MostReturned)
                {
                    _returned.Remove(_returnedInOrder.Dequeue());
                }
            }
        }
    }

    /// <summary>A row that was counted as refused is written now.</summary>
    public void Passed(string sqlState)
    {
        lock (_lock)
        {
            _refused[sqlState] = Math.Max(0, _refused.GetValueOrDefault(sqlState) - 1);
            _written++;
        }
    }

    /// <summary>The reason is gone: its refusals no longer count.</summary>
    public void Forget(string sqlState)
    {
        lock (_lock)
        {
            _refused.Remove(sqlState);
        }
    }

    public RefusalShare ShareOf(string sqlState)
    {
        lock (_lock)
        {
            return Share_NeedsLock(sqlState);
        }
    }

    private RefusalShare Share_NeedsLock(string sqlState) =>
        new(_refused.GetValueOrDefault(sqlState), _written, _written + _refused.Values.Sum());

    private void Age_NeedsLock()
    {
        var rows = _written + _refused.Values.Sum();
        if (rows <= Window)
        {
            return;
        }

        var rest = Window / rows;
        _written *= rest;
        foreach (var sqlState in _refused.Keys)
        {
            _refused[sqlState] *= rest;
        }
    }
}
