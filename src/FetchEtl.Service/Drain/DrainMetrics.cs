using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.Metrics;

namespace FetchEtl.Service;

/// <summary>Adds up the service's own measurements, those of this host only.</summary>
internal sealed class DrainMetrics : IDisposable
{
    private const string ApiCalls = "fetchetl.sqs.api_calls";
    private const string ReceivedName = "fetchetl.sqs.received";
    private const string ReturnedName = "fetchetl.sqs.returned";
    private const string WrittenName = "fetchetl.logins.written";
    private const string DuplicatesName = "fetchetl.logins.duplicates";
    private const string DeadLetteredName = "fetchetl.sqs.dead_lettered";
    private const string BatchSizeName = "fetchetl.logins.batch_size";

    // Nothing else is listened to: MassTransit, Npgsql and HttpClient take pains for whoever does.
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal, ApiCalls, ReceivedName, ReturnedName, WrittenName, DuplicatesName, DeadLetteredName, BatchSizeName);

    private readonly ConcurrentDictionary<string, Tally> _counters = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Tally> _calls = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    private readonly TimeProvider _time;
    private long _lastSettledAt;

    public DrainMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && Names.Contains(instrument.Name))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>(Add);
        _listener.SetMeasurementEventCallback<int>((instrument, _, tags, state) => Add(instrument, 1, tags, state));
        _listener.Start();
    }

    public long Received => Count(ReceivedName);

    public long Written => Count(WrittenName);

    public long Duplicates => Count(DuplicatesName);

    public long DeadLettered => Count(DeadLetteredName);

    /// <summary>Committed statements: a batch's size is recorded once for each.</summary>
    public long Statements => Count(BatchSizeName);

    public long Returned => Count(ReturnedName);

    /// <summary>The <see cref="TimeProvider"/> timestamp at which the last message so far was settled; null before the first.</summary>
    public long? LastSettledAt => Volatile.Read(ref _lastSettledAt) is not 0 and var at ? at : null;

    public long Settled => Written + Duplicates + DeadLettered;

    public IReadOnlyDictionary<string, long> ApiCallsByOperation() =>
        new SortedDictionary<string, long>(_calls.ToDictionary(x => x.Key, x => x.Value.Read(), StringComparer.Ordinal), StringComparer.Ordinal);

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, long measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (instrument.Name != ApiCalls)
        {
            _counters.GetOrAdd(instrument.Name, static _ => new Tally()).Add(measurement);
            if (measurement > 0 && instrument.Name is WrittenName or DuplicatesName or DeadLetteredName)
            {
                Volatile.Write(ref _lastSettledAt, _time.GetTimestamp());
            }

            return;
        }

        foreach (var (key, value) in tags)
        {
            if (key == "operation" && value is string operation)
            {
                _calls.GetOrAdd(operation, static _ => new Tally()).Add(measurement);
            }
        }
    }

    private long Count(string name) => _counters.TryGetValue(name, out var box) ? box.Read() : 0;

    private sealed class Tally
    {
        private long _value;

        public void Add(long measurement) => Interlocked.Add(ref _value, measurement);

        public long Read() => Interlocked.Read(ref _value);
    }
}
