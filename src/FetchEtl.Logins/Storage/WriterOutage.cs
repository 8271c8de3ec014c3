using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>
/// What keeps the writer from committing right now, if anything. Shared by the writer's loops: the first failure opens
/// an outage, the first commit ends it.
/// </summary>
internal sealed class WriterOutage(TimeProvider time, ILogger<LoginWriter> log)
{
    private readonly Lock _lock = new();
    private State? _current;

    /// <summary>The last failure of the outage under way; null while rows are committed.</summary>
    public DatabaseFault? Fault => Volatile.Read(ref _current)?.Fault;

    public void Report(DatabaseFault fault)
    {
        lock (_lock)
        {
            var known = _current;
            _current = new State(known?.Since ?? time.GetTimestamp(), fault);
            if (known?.Fault.Kind == fault.Kind)
            {
                return;
            }
        }

        if (fault.Kind == FaultKind.Operator)
        {
            Log.WriterNeedsOperator(log, fault.SqlState, fault.Reason);
        }
        else
        {
            Log.WriterRetries(log, fault.SqlState, fault.Reason);
        }
    }

    public void End()
    {
        if (Volatile.Read(ref _current) is null)
        {
            return;
        }

        State? ended;
        lock (_lock)
        {
            ended = _current;
            _current = null;
        }

        if (ended is not null)
        {
            Log.WriterRecovered(log, time.GetElapsedTime(ended.Since));
        }
    }

    private sealed record State(long Since, DatabaseFault Fault);
}
