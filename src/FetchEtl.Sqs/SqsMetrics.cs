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
    private readonly Counter<long> _apiCalls;
    private readonly Histogram<double> _apiDuration;
    private readonly Counter<long> _received;
    private readonly Counter<long> _deadLettered;
    private readonly Counter<long> _returned;
    private readonly ConcurrentDictionary<string, long> _calls = new(StringComparer.Ordinal);
    private readonly Lock _receiving = new();
    private long _receivedTotal;
    private long _emptyReceives;
    private long _hiddenUntil;
    private long _inFlight;
    private long _deadLetteredTotal;
    private long _returnedTotal;
    private long _lastDeadLetterAt;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meterFactory">Creates the meter; null for a meter of its own.</param>
    /// <param name="timeProvider">The clock of <see cref="LastDeadLetterAt"/>; null for the system's.</param>
    public SqsMetrics(IMeterFactory? meterFactory = null, TimeProvider? timeProvider = null)
    {
        _time = timeProvider ?? TimeProvider.System;
        var meter = meterFactory?.Create(new MeterOptions(MeterName)) ?? new Meter(MeterName);
        _apiCalls = meter.CreateCounter<long>(
            "fetchetl.sqs.api_calls", "{call}", "HTTP requests sent to SQS, retries counted too, as AWS bills them.");
        _apiDuration = meter.CreateHistogram<double>(
            "fetchetl.sqs.api_duration", "s", "Time from a request to its reply's last byte, long polls included.");
        _received = meter.CreateCounter<long>(
            "fetchetl.sqs.received", "{message}", "Messages received, each delivery counted.");
        _deadLettered = meter.CreateCounter<long>(
            "fetchetl.sqs.dead_lettered", "{message}", "Messages moved to the dead-letter queue.");
        _returned = meter.CreateCounter<long>(
            "fetchetl.sqs.returned", "{message}", "Messages returned to the queue for another attempt.");
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

    /// <summary>Messages returned to the queue for another attempt.</summary>
    public long ReturnedTotal => Interlocked.Read(ref _returnedTotal);

    /// <summary>The time provider's timestamp of the last move to the dead-letter queue; 0 before the first.</summary>
    public long LastDeadLetterAt => Interlocked.Read(ref _lastDeadLetterAt);

    /// <summary>HTTP requests sent to SQS by operation, retries counted too; a snapshot.</summary>
    public IReadOnlyDictionary<string, long> ApiCallsByOperation =>
        new Dictionary<string, long>(_calls, StringComparer.Ordinal);

    /// <summary>Whether a listener records durations.</summary>
    internal bool MeasuresDuration => _apiDuration.Enabled;

    /// <summary>Counts an HTTP request before it is sent.</summary>
    internal void ApiCall(string operation)
    {
        _calls.AddOrUpdate(operation, 1, static (_, count) => count + 1);
        _apiCalls.Add(1, new KeyValuePair<string, object?>("operation", operation));
    }

    internal void ApiDuration(string operation, TimeSpan duration) =>
        _apiDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("operation", operation));

    internal void Received(int messages)
    {
        lock (_receiving)
        {
            _receivedTotal += messages;
            _emptyReceives = 0;
        }

        _received.Add(messages);
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
            _hiddenUntil = Math.Max(
                _hiddenUntil, _time.GetTimestamp() + (long)(time.TotalSeconds * _time.TimestampFrequency));
        }
    }

    internal void Opened() => Interlocked.Increment(ref _inFlight);

    internal void Closed() => Interlocked.Decrement(ref _inFlight);

    internal void DeadLettered()
    {
        Interlocked.Increment(ref _deadLetteredTotal);
        Interlocked.Exchange(ref _lastDeadLetterAt, _time.GetTimestamp());
        _deadLettered.Add(1);
    }

    internal void Returned()
    {
        Interlocked.Increment(ref _returnedTotal);
        _returned.Add(1);
    }
}
