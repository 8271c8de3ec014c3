using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>
/// The circuit breaker between the writer's loops and PostgreSQL. The first failure that is not a row's fault opens it.
/// While it is open one statement at a time is tried, the probe, with a growing delay between two. A probe that commits
/// closes it.
/// </summary>
/// <remarks>
/// Statements that began before the circuit opened do not close it: they say nothing about the server now. Thread-safe.
/// </remarks>
internal sealed class WriterCircuit(RetryDelay delay, TimeProvider time, ILogger<LoginWriter> log)
{
    /// <summary>How long after the retry time a receiver is let in where no row is left to probe with.</summary>
    public static readonly TimeSpan UnattendedAfter = RetryDelay.Longest;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _reported = [];
    private TaskCompletionSource _changed = NewSignal();
    private CircuitState _state;
    private DatabaseFault? _fault;
    private DatabaseFault? _brake;
    private int _brakesEnded;
    private int _failures;
    private long _openedAt;
    private long _retryAt;

    public CircuitState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>Completes at the next change of the circuit. It never faults.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return ChangeAsync(_changed.Task);
            }
        }
    }

    /// <summary>Why PostgreSQL refuses many rows; null unless the circuit is open for that.</summary>
    public DatabaseFault? BrakedBy
    {
        get
        {
            lock (_lock)
            {
                return _brake;
            }
        }
    }

    /// <summary>How many brakes ended because PostgreSQL took a row that it had refused.</summary>
    public int BrakesEnded
    {
        get
        {
            lock (_lock)
            {
                return _brakesEnded;
            }
        }
    }

    /// <summary>The last failure of the outage; null while the circuit is closed.</summary>
    public DatabaseFault? Fault
    {
        get
        {
            lock (_lock)
            {
                return _fault;
            }
        }
    }

    /// <summary>
    /// Waits until a statement may run. That is at once while the circuit is closed; while it is open, the batch waits
    /// until it may probe, or until the probe of another batch commits. While the circuit is braked only rows that were
    /// refused probe.
    /// </summary>
    /// <param name="batch">Ends the wait when it is abandoned; null for a statement without rows.</param>
    /// <param name="isSuspect">Whether the batch is a row that was refused alone.</param>
    /// <param name="stopping">Ends the wait. The statement may then run although the circuit is open.</param>
    /// <returns>The turn, to be disposed after the statement.</returns>
    public async Task<WriterTurn> WaitForTurnAsync(LoginBatch? batch, bool isSuspect, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Task changed;
            TimeSpan untilRetry;
            lock (_lock)
            {
                if (_state == CircuitState.Closed)
                {
                    break;
                }

                changed = ChangeAsync(_changed.Task);
                untilRetry = _state == CircuitState.Open && (_brake is null || isSuspect)
                    ? time.TimeUntil(_retryAt)
                    : Timeout.InfiniteTimeSpan;
                if (untilRetry == TimeSpan.Zero)
                {
                    _state = CircuitState.HalfOpen;
                    return new WriterTurn(this, isProbe: true, isSuspect);
                }
            }

            Task changedOrAbandoned = batch is null ? changed : Task.WhenAny(changed, batch.Abandoned);
            await changedOrAbandoned.WaitAsync(untilRetry, time, stopping).WithoutThrowing();
            if (batch is { Abandoned.IsCompleted: true })
            {
                break;
            }
        }

        return new WriterTurn(this, isProbe: false, isSuspect);
    }

    /// <summary>
    /// Waits until the circuit closes, or until no row has been left to probe with for <see cref="UnattendedAfter"/>:
    /// only a new row can then show that the outage is over.
    /// </summary>
    public async Task WaitForEndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            TimeSpan untilUnattended;
            lock (_lock)
            {
                changed = ChangeAsync(_changed.Task);
                untilUnattended = _state == CircuitState.Open && _brake is null
                    ? time.TimeUntil(_retryAt, UnattendedAfter)
                    : Timeout.InfiniteTimeSpan;
                if (_state == CircuitState.Closed || untilUnattended == TimeSpan.Zero)
                {
                    return;
                }
            }

            await changed.WaitAsync(untilUnattended, time, cancellationToken).WithoutThrowing();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>
    /// Opens the circuit because PostgreSQL refuses many rows. It stays open until one of them is written, or is
    /// refused for another reason.
    /// </summary>
    /// <returns>False when it is braked already.</returns>
    public bool Brake(DatabaseFault fault)
    {
        lock (_lock)
        {
            if (_brake is not null)
            {
                return false;
            }

            _brake = fault with { Kind = FaultKind.Operator };
            _fault = _brake;
            if (_state == CircuitState.Closed)
            {
                _openedAt = time.GetTimestamp();
            }

            _failures = 0;
            Open_NeedsLock();
            return true;
        }
    }

    /// <summary>No refused row is left to probe with: the circuit stays open, and any row may probe.</summary>
    public void ReleaseBrake()
    {
        lock (_lock)
        {
            if (_brake is not null)
            {
                _brake = null;
                Signal_NeedsLock();
            }
        }
    }

    /// <summary>The server executed the probe.</summary>
    internal void ProbeSucceeded(bool isSuspect)
    {
        TimeSpan outage;
        lock (_lock)
        {
            if (_brake is not null && !isSuspect)
            {
                return;
            }

            outage = time.GetElapsedTime(_openedAt);
            _state = CircuitState.Closed;
            _fault = null;
            _failures = 0;
            _brakesEnded += _brake is null ? 0 : 1;
            _brake = null;
            _reported.Clear();
            Signal_NeedsLock();
        }

        Log.WriterRecovered(log, outage);
    }

    /// <summary>PostgreSQL refused the row of the probe.</summary>
    internal void ProbeRefused(DatabaseFault fault, bool isSuspect)
    {
        lock (_lock)
        {
            if (_brake is { } brake && brake.SqlState == fault.SqlState)
            {
                if (isSuspect)
                {
                    _fault = brake;
                    Open_NeedsLock();
                }

                return;
            }
        }

        ProbeSucceeded(isSuspect);
    }

    /// <summary>A statement failed, and not for a row.</summary>
    internal void StatementFailed(DatabaseFault fault, bool isProbe, bool isSuspect)
    {
        bool isNew;
        lock (_lock)
        {
            _fault = fault;
            isNew = _reported.Add(DatabaseFaults.CauseOf(fault));
            if (_state == CircuitState.Closed)
            {
                _openedAt = time.GetTimestamp();
                Open_NeedsLock();
            }
            else if (isProbe && (_brake is null || isSuspect))
            {
                Open_NeedsLock();
            }
        }

        if (isNew)
        {
            Report(fault);
        }
    }

    /// <summary>The probe ended without showing how the server is: another row may probe at once.</summary>
    internal void ProbeAbandoned(bool isSuspect)
    {
        lock (_lock)
        {
            if (_brake is null || isSuspect)
            {
                _state = CircuitState.Open;
                Signal_NeedsLock();
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Completes with the signal, on the caller's scheduler. WhenAny and WaitAsync alone would continue on the thread
    /// pool, since the signal does not run its continuations itself.
    /// </summary>
    private static async Task ChangeAsync(Task signal) => await signal;

    private void Report(DatabaseFault fault)
    {
        if (fault.Kind == FaultKind.Operator)
        {
            Log.WriterNeedsOperator(log, fault);
        }
        else
        {
            Log.WriterRetries(log, fault);
        }
    }

    private void Open_NeedsLock()
    {
        _retryAt = time.TimestampAfter(delay.After(++_failures));
        _state = CircuitState.Open;
        Signal_NeedsLock();
    }

    private void Signal_NeedsLock()
    {
        _changed.SetResult();
        _changed = NewSignal();
    }
}
