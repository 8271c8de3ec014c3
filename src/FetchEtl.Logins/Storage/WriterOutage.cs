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
    private int _batches;

    /// <summary>The last failure of the outage under way; null while rows are committed.</summary>
    public DatabaseFault? Fault => Volatile.Read(ref _current)?.Fault;

    /// <summary>Completed while rows are committed; else completes when the outage ends, or when somebody must try.</summary>
    public Task WaitForEndAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _current)?.Over.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>A batch has met the outage for the first time; <see cref="Leave"/> follows.</summary>
    public void Enter()
    {
        lock (_lock)
        {
            _batches++;
        }
    }

    /// <summary>A batch that has met the outage is tried no more, whatever became of it.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_batches == 0 && _current is not null)
            {
                _ = LetSomebodyTryAsync();
            }
        }
    }

    /// <summary>An attempt failed. Logged once an outage for each SQLSTATE, not once an attempt.</summary>
    public void Report(DatabaseFault fault)
    {
        lock (_lock)
        {
            var known = _current;
            _current = new State(
                known?.Since ?? time.GetTimestamp(),
                fault,
                known is { Over.Task.IsCompleted: false } ? known.Over : new(TaskCreationOptions.RunContinuationsAsynchronously),
                known?.Told ?? []);
            if (!_current.Told.Add(fault.SqlState))
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
            ended.Over.TrySetResult();
            Log.WriterRecovered(log, time.GetElapsedTime(ended.Since));
        }
    }

    /// <summary>
    /// With nobody trying, no commit would ever end the outage, so those who wait are let go; but only after the longest
    /// delay, or rows that are withdrawn fast would make a tight loop of receives. Until a commit the fault still stands.
    /// </summary>
    private async Task LetSomebodyTryAsync()
    {
        await Task.Delay(RetryDelay.Longest, time);
        lock (_lock)
        {
            if (_batches == 0)
            {
                _current?.Over.TrySetResult();
            }
        }
    }

    private sealed record State(long Since, DatabaseFault Fault, TaskCompletionSource Over, HashSet<string> Told);
}
