using System.Diagnostics.Metrics;

namespace FetchEtl.Logins;

/// <summary>
/// The instruments of the meter <c>FetchEtl.Logins</c>, with their totals since the process started. Thread-safe.
/// </summary>
public sealed class LoginMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "FetchEtl.Logins";

    private readonly TimeProvider _time;
    private readonly Counter<long> _written;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _deferred;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _duration;
    private long _writtenTotal;
    private long _duplicatesTotal;
    private long _rejectedTotal;
    private long _deferredTotal;
    private long _statementsTotal;
    private long _lastCommitAt;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meters">Creates the meter.</param>
    /// <param name="timeProvider">The clock of <see cref="LastCommitAt"/>; null for the system's.</param>
    public LoginMetrics(IMeterFactory meters, TimeProvider? timeProvider = null)
    {
        _time = timeProvider ?? TimeProvider.System;
        var meter = meters.Create(MeterName);
        _written = meter.CreateCounter<long>("fetchetl.logins.written", "{row}", "Committed rows");
        _duplicates = meter.CreateCounter<long>(
            "fetchetl.logins.duplicates", "{row}", "Rows whose message id the table already held");
        _rejected = meter.CreateCounter<long>(
            "fetchetl.logins.rejected", "{row}", "Rows that PostgreSQL rejected for their own values");
        _deferred = meter.CreateCounter<long>(
            "fetchetl.logins.deferred", "{row}", "Rows that PostgreSQL refuses, returned to their queue");
        _batchSize = meter.CreateHistogram<int>("fetchetl.logins.batch_size", "{row}", "Rows per committed statement");
        _duration = meter.CreateHistogram<double>(
            "fetchetl.logins.write_duration", "s", "Time to commit a batch, retries included");
    }

    /// <summary>Rows committed.</summary>
    public long WrittenTotal => Interlocked.Read(ref _writtenTotal);

    /// <summary>Rows that were there under their message id.</summary>
    public long DuplicatesTotal => Interlocked.Read(ref _duplicatesTotal);

    /// <summary>Rows that PostgreSQL rejected for their own values.</summary>
    public long RejectedTotal => Interlocked.Read(ref _rejectedTotal);

    /// <summary>Rows that PostgreSQL refuses for another reason and that went back to their queue, each time.</summary>
    public long DeferredTotal => Interlocked.Read(ref _deferredTotal);

    /// <summary>Committed statements that carried rows.</summary>
    public long StatementsTotal => Interlocked.Read(ref _statementsTotal);

    /// <summary>The time provider's timestamp of the last commit; 0 before the first.</summary>
    public long LastCommitAt => Interlocked.Read(ref _lastCommitAt);

    internal void Written(int rows, int inserted, TimeSpan duration)
    {
        Interlocked.Add(ref _writtenTotal, inserted);
        Interlocked.Add(ref _duplicatesTotal, rows - inserted);
        Interlocked.Increment(ref _statementsTotal);
        Interlocked.Exchange(ref _lastCommitAt, _time.GetTimestamp());
        _written.Add(inserted);
        if (inserted < rows)
        {
            _duplicates.Add(rows - inserted);
        }

        _batchSize.Record(rows);
        _duration.Record(duration.TotalSeconds);
    }

    internal void Rejected()
    {
        Interlocked.Increment(ref _rejectedTotal);
        _rejected.Add(1);
    }

    internal void Deferred()
    {
        Interlocked.Increment(ref _deferredTotal);
        _deferred.Add(1);
    }
}
