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
    private readonly Histogram<double> _delay;
    private readonly Counter<long> _unknownKeys;
    private long _writtenTotal;
    private long _duplicatesTotal;
    private long _deferredTotal;
    private long _statementsTotal;
    private long _lastCommitAt;
    private long _delayedTotal;
    private long _delayTicks;

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
        _batchSize = meter.CreateHistogram(
            "fetchetl.logins.batch_size",
            "{row}",
            "Rows per committed statement",
            tags: null,
            new InstrumentAdvice<int>
            {
                HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
            });
        _duration = meter.CreateHistogram(
            "fetchetl.logins.write_duration",
            "s",
            "Time to commit a batch, retries included",
            tags: null,
            new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries =
                    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
            });
        _delay = meter.CreateHistogram(
            "fetchetl.logins.delay",
            "s",
            "Time from the first sending of a message to the commit of its row",
            tags: null,
            new InstrumentAdvice<double>
            {
                // To the longest retention of SQS, 14 days.
                HistogramBucketBoundaries =
                [
                    0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 345_600,
                    1_209_600,
                ],
            });
        _unknownKeys = meter.CreateCounter<long>(
            "fetchetl.logins.unknown_keys", "{key}", "Keys of messages that the contract does not know");
    }

    /// <summary>Rows committed.</summary>
    public long WrittenTotal => Interlocked.Read(ref _writtenTotal);

    /// <summary>Rows that were there under their message id.</summary>
    public long DuplicatesTotal => Interlocked.Read(ref _duplicatesTotal);

    /// <summary>Rows that PostgreSQL refuses for another reason and that went back to their queue, each time.</summary>
    public long DeferredTotal => Interlocked.Read(ref _deferredTotal);

    /// <summary>Committed statements that carried rows.</summary>
    public long StatementsTotal => Interlocked.Read(ref _statementsTotal);

    /// <summary>The time provider's timestamp of the last commit; 0 before the first.</summary>
    public long LastCommitAt => Interlocked.Read(ref _lastCommitAt);

    /// <summary>Committed messages whose sent time is known, duplicates included.</summary>
    public long DelayedTotal => Interlocked.Read(ref _delayedTotal);

    /// <summary>
    /// The sum of the times from sent to committed, over the messages of <see cref="DelayedTotal"/>. The mean of an
    /// interval is the difference of the sums by the difference of the totals.
    /// </summary>
    public TimeSpan DelaySum => TimeSpan.FromTicks(Interlocked.Read(ref _delayTicks));

    /// <summary>Shows the counters as 0 from the start, so that the first event is an increase.</summary>
    internal void Begin()
    {
        _written.Add(0);
        _duplicates.Add(0);
        _rejected.Add(0);
        _deferred.Add(0);
        _unknownKeys.Add(0);
    }

    /// <summary>A statement is committed.</summary>
    /// <param name="committed">Its rows, those included that the table held already.</param>
    /// <param name="inserted">How many of them are new.</param>
    /// <param name="duration">How long the batch took, retries included.</param>
    internal void Written(IReadOnlyList<PendingLogin> committed, int inserted, TimeSpan duration)
    {
        var rows = committed.Count;
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
        RecordDelays(committed);
    }

    internal void UnknownKeys(int count) => _unknownKeys.Add(count);

    internal void Rejected() => _rejected.Add(1);

    internal void Deferred()
    {
        Interlocked.Increment(ref _deferredTotal);
        _deferred.Add(1);
    }

    /// <summary>The clocks of sender and consumer can differ: no delay is negative.</summary>
    private void RecordDelays(IReadOnlyList<PendingLogin> committed)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        var (messages, ticks) = (0L, 0L);
        for (var i = 0; i < committed.Count; i++)
        {
            if (committed[i].SentTime is { } sent)
            {
                var delay = Math.Max(0, (now - sent).Ticks);
                messages++;
                ticks += delay;
                _delay.Record((double)delay / TimeSpan.TicksPerSecond);
            }
        }

        Interlocked.Add(ref _delayedTotal, messages);
        Interlocked.Add(ref _delayTicks, ticks);
    }
}
