using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace FetchEtl.Sqs;

/// <summary>
/// The instruments of the meter <c>FetchEtl.Sqs</c>, with their totals since it was created. One instance serves the
/// client and the rider of a service collection. Thread-safe.
/// </summary>
public sealed class SqsMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "FetchEtl.Sqs";

    private readonly TimeProvider _time;
    private readonly RecentMaximum _ages;
    private readonly Counter<long> _apiCalls;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _returned;
    private readonly Counter<long> _leasesLost;
    private readonly Counter<long> _unwrapped;
    private readonly ConcurrentDictionary<string, long> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _deadByRule = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _deadLetterProblems = new(StringComparer.Ordinal);
    private readonly Lock _receiving = new();
    private long _receivedTotal;
    private long _emptyReceives;
    private long _hiddenUntil;
    private long _inFlight;
    private long _deadLetteredTotal;
    private long _returnedTotal;
    private long _leasesLostTotal;
    private long _lastDeadLetterAt;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meterFactory">Creates the meter; null for a meter of its own.</param>
    /// <param name="timeProvider">The clock of times and ages; null for the system's.</param>
    public SqsMetrics(IMeterFactory? meterFactory = null, TimeProvider? timeProvider = null)
    {
        _time = timeProvider ?? TimeProvider.System;
        _ages = new RecentMaximum(_time);
        var meter = meterFactory?.Create(new MeterOptions(MeterName)) ?? new Meter(MeterName);
        Consumed = meter.CreateCounter<long>(
            "messaging.client.consumed.messages", "{message}", "Messages received, each delivery counted.");
        Sent = meter.CreateCounter<long>(
            "messaging.client.sent.messages", "{message}", "Dead letters sent, attempts that failed counted too.");
        OperationDuration = meter.CreateHistogram(
            "messaging.client.operation.duration",
            "s",
            "Time of a call to SQS, its retries and long polls included.",
            tags: null,
            DurationAdvice());
        ProcessDuration = meter.CreateHistogram(
            "messaging.process.duration",
            "s",
            "Time from the receipt of a message to the verdict of its consumers.",
            tags: null,
            DurationAdvice());
        _apiCalls = meter.CreateCounter<long>(
            "fetchetl.sqs.api_calls", "{call}", "HTTP requests sent to SQS, retries counted too, as AWS bills them.");
        _deadLettered = meter.CreateCounter<long>(
            "fetchetl.sqs.dead_lettered", "{message}", "Messages moved to the dead-letter queue, by broken rule.");
        _returned = meter.CreateCounter<long>(
            "fetchetl.sqs.returned", "{message}", "Messages returned to the queue for another attempt.");
        _leasesLost = meter.CreateCounter<long>(
            "fetchetl.sqs.leases_lost", "{message}", "Leases that ran out before their messages were settled.");
        _unwrapped = meter.CreateCounter<long>(
            "fetchetl.sqs.unwrapped", "{wrapper}", "Wrappers taken off bodies, each delivery counted.");
        meter.CreateObservableUpDownCounter(
            "fetchetl.sqs.in_flight",
            () => InFlight,
            "{message}",
            "Messages received here, and neither deleted, returned nor lost yet.");
        meter.CreateObservableGauge(
            "fetchetl.sqs.oldest_received_age",
            () => OldestReceivedAge.TotalSeconds,
            "s",
            "Age, when received, of the oldest message of the last minute's receives.");
    }

    /// <summary>Messages received, each delivery counted.</summary>
    public long ReceivedTotal => Interlocked.Read(ref _receivedTotal);

    /// <summary>
    /// Receives that succeeded without a message. They began after the last message was received, and when no message
    /// that was returned was hidden any more. A long poll asks all servers of SQS, so two of them show an empty queue
    /// better than its approximate counts do.
    /// </summary>
    public long EmptyReceives => Interlocked.Read(ref _emptyReceives);

    /// <summary>Messages received here, and neither deleted, returned nor lost yet.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight);

    /// <summary>Messages moved to the dead-letter queue.</summary>
    public long DeadLetteredTotal => Interlocked.Read(ref _deadLetteredTotal);

    /// <summary>
    /// Messages moved to the dead-letter queue by the rule that they broke, as
    /// <see cref="ISqsReceiveEndpointConfigurator.DeadLetterRule"/> names it; a snapshot.
    /// </summary>
    public IReadOnlyDictionary<string, long> DeadLetteredByRule =>
        new Dictionary<string, long>(_deadByRule, StringComparer.Ordinal);

    /// <summary>
    /// Why dead-letter queues reject dead letters now, by the queue's name; empty while they accept them. A snapshot.
    /// </summary>
    public IReadOnlyDictionary<string, string> DeadLetterProblems =>
        new Dictionary<string, string>(_deadLetterProblems, StringComparer.Ordinal);

    /// <summary>Messages returned to the queue for another attempt.</summary>
    public long ReturnedTotal => Interlocked.Read(ref _returnedTotal);

    /// <summary>Leases that ran out before their messages were settled. SQS delivers these messages again.</summary>
    public long LeasesLostTotal => Interlocked.Read(ref _leasesLostTotal);

    /// <summary>
    /// The age, when received, of the oldest message of the last minute's receives; zero when there was none.
    /// </summary>
    public TimeSpan OldestReceivedAge => _ages.Value;

    /// <summary>The time provider's timestamp of the last move to the dead-letter queue; 0 before the first.</summary>
    public long LastDeadLetterAt => Interlocked.Read(ref _lastDeadLetterAt);

    /// <summary>HTTP requests sent to SQS by operation, retries counted too; a snapshot.</summary>
    public IReadOnlyDictionary<string, long> ApiCallsByOperation =>
        new Dictionary<string, long>(_calls, StringComparer.Ordinal);

    internal Counter<long> Consumed { get; }

    internal Counter<long> Sent { get; }

    internal Histogram<double> OperationDuration { get; }

    internal Histogram<double> ProcessDuration { get; }

    /// <inheritdoc cref="QueueMetrics.Begin"/>
    internal void Begin()
    {
        _returned.Add(0);
        _leasesLost.Add(0);
        foreach (var kind in Enum.GetValues<WrapperKind>())
        {
            _unwrapped.Add(0, NameOf(kind));
        }
    }

    /// <summary>A dead-letter queue rejected dead letters, or with null accepted them.</summary>
    internal void DeadLettersRejected(string queue, string? problem)
    {
        if (problem is null)
        {
            _deadLetterProblems.TryRemove(queue, out _);
        }
        else
        {
            _deadLetterProblems[queue] = problem;
        }
    }

    /// <summary>Counts an HTTP request before it is sent.</summary>
    internal void ApiCall(string operation)
    {
        _calls.AddOrUpdate(operation, 1, static (_, count) => count + 1);
        _apiCalls.Add(1, new KeyValuePair<string, object?>("operation", operation));
    }

    /// <summary>Messages were received.</summary>
    /// <param name="messages">How many.</param>
    /// <param name="oldestSentAt">When the oldest of them was sent; null where no message says so.</param>
    internal void Received(int messages, DateTimeOffset? oldestSentAt)
    {
        lock (_receiving)
        {
            _receivedTotal += messages;
            _emptyReceives = 0;
        }

        if (oldestSentAt is { } sent)
        {
            _ages.Add(Durations.Max(TimeSpan.Zero, _time.GetUtcNow() - sent));
        }
    }

    /// <summary>What <see cref="ReceivedNothing"/> needs to know of a receive that begins now.</summary>
    internal (long Received, long At) ReceiveBegins()
    {
        lock (_receiving)
        {
            return (_receivedTotal, _time.GetTimestamp());
        }
    }

    /// <summary>A receive came back empty.</summary>
    internal void ReceivedNothing((long Received, long At) begun)
    {
        lock (_receiving)
        {
            _emptyReceives += begun.Received == _receivedTotal && begun.At >= _hiddenUntil ? 1 : 0;
        }
    }

    /// <summary>
    /// A message is on its queue again and hidden for a while, or may be. Until then an empty receive shows nothing.
    /// </summary>
    internal void Hidden(TimeSpan time)
    {
        lock (_receiving)
        {
            _emptyReceives = 0;
            _hiddenUntil = Math.Max(_hiddenUntil, _time.GetTimestamp() + _time.InTimestamps(time));
        }
    }

    internal void Opened() => Interlocked.Increment(ref _inFlight);

    internal void Closed() => Interlocked.Decrement(ref _inFlight);

    internal void DeadLettered(string rule)
    {
        Interlocked.Increment(ref _deadLetteredTotal);
        Interlocked.Exchange(ref _lastDeadLetterAt, _time.GetTimestamp());
        _deadByRule.AddOrUpdate(rule, 1, static (_, count) => count + 1);
        _deadLettered.Add(1, new KeyValuePair<string, object?>("fetchetl.rule", rule));
    }

    /// <summary>A wrapper was taken off a body.</summary>
    internal void Unwrapped(WrapperKind kind) => _unwrapped.Add(1, NameOf(kind));

    internal void Returned()
    {
        Interlocked.Increment(ref _returnedTotal);
        _returned.Add(1);
    }

    internal void LeaseLost()
    {
        Interlocked.Increment(ref _leasesLostTotal);
        _leasesLost.Add(1);
    }

    private static KeyValuePair<string, object?> NameOf(WrapperKind kind) => new(
        "fetchetl.wrapper",
        kind switch
        {
            WrapperKind.Sns => "sns",
            WrapperKind.EventBridge => "event_bridge",
            _ => "s3_pointer",
        });

    /// <summary>The boundaries of the semantic conventions, and long polls.</summary>
    private static InstrumentAdvice<double> DurationAdvice() => new()
    {
        HistogramBucketBoundaries =
            [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 30, 60, 300],
    };
}
