namespace FetchEtl.Service;

/// <summary>
/// The state of each line that was read, so that a send that ends early can be resumed exactly. Thread-safe.
/// </summary>
/// <param name="wanted">The lines to send.</param>
internal sealed class SendLedger(LineRanges wanted)
{
    private const int MostNamed = 20;

    private readonly Lock _lock = new();
    private readonly SortedSet<long> _open = [];
    private readonly List<(long Number, string Reason)> _refused = [];
    private long _refusedCount;
    private long _sent;
    private long _last;
    private long _end;
    private bool _isRead;
    private string? _problem;

    /// <summary>Whether no more lines should be read.</summary>
    public bool HasProblem
    {
        get
        {
            lock (_lock)
            {
                return _problem is not null;
            }
        }
    }

    /// <summary>The lines to send.</summary>
    public LineRanges Wanted => wanted;

    /// <summary>A line was read.</summary>
    public void Opened(long number)
    {
        lock (_lock)
        {
            _last = number;
            _open.Add(number);
        }
    }

    /// <summary>SQS accepted lines.</summary>
    public void Sent(IEnumerable<long> numbers)
    {
        lock (_lock)
        {
            foreach (var number in numbers)
            {
                _open.Remove(number);
                _sent++;
            }
        }
    }

    /// <summary>A line can never be sent as it is.</summary>
    public void Refused(long number, string reason)
    {
        lock (_lock)
        {
            _open.Remove(number);
            _refusedCount++;
            if (_refused.Count < MostNamed)
            {
                _refused.Add((number, reason));
            }
        }
    }

    /// <summary>Lines stay open, since SQS takes none now.</summary>
    public void Failed(string problem)
    {
        lock (_lock)
        {
            _problem ??= problem;
        }
    }

    /// <summary>All lines that are wanted were read.</summary>
    /// <param name="end">The last line of the input where that ended first; else null.</param>
    public void Read(long? end)
    {
        lock (_lock)
        {
            _isRead = true;
            _end = end ?? long.MaxValue;
        }
    }

    public SendResult End()
    {
        lock (_lock)
        {
            var left = wanted.Left(_open, _isRead ? null : _last + 1);
            return new SendResult(
                _sent,
                [.. _refused.OrderBy(line => line.Number)],
                _refusedCount,
                left.Last == 0 ? null : left,
                _problem)
            {
                MissingLines = _isRead ? wanted.Beyond(_end) : null,
                LastLine = _end,
            };
        }
    }
}
