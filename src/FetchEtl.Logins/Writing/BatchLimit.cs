using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// The largest number of rows that a statement may have now. A statement that takes too long halves it. It doubles
/// again, up to <see cref="StorageOptions.BatchSize"/>, once twice the rows would end in time, or after 100 full
/// batches. Thread-safe.
/// </summary>
internal sealed class BatchLimit(IOptions<LoginsOptions> options)
{
    // The statement may have been cancelled early, so the time that it took is no bound for ever.
    private const int FullBatches = 100;

    private readonly Lock _lock = new();
    private readonly int _most = options.Value.Storage.BatchSize;
    private volatile int _rows = options.Value.Storage.BatchSize;
    private TimeSpan _tooLong;
    private int _full;

    public int Rows => _rows;

    /// <summary>A statement did not end in time.</summary>
    /// <returns>Whether the limit changed.</returns>
    public bool TimedOut(int rows, TimeSpan duration)
    {
        lock (_lock)
        {
            _tooLong = duration;
            _full = 0;
            if (rows / 2 >= _rows)
            {
                return false;
            }

            _rows = Math.Max(1, rows / 2);
            return true;
        }
    }

    /// <summary>A statement committed.</summary>
    public void Committed(int rows, TimeSpan duration)
    {
        if (_rows == _most || rows < _rows)
        {
            return;
        }

        lock (_lock)
        {
            if (rows >= _rows && (duration * 2 <= _tooLong || ++_full == FullBatches))
            {
                _full = 0;
                _rows = Math.Min(_most, _rows * 2);
            }
        }
    }
}
