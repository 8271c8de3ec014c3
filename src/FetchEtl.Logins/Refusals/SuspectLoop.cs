using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>
/// Owns the rows that PostgreSQL refuses alone, and retries them one at a time, each with its own backoff. While the
/// circuit is braked they take turns as the probe; when one of them is written, all go back to the writer's queue.
/// </summary>
internal sealed class SuspectLoop(
    Refusals refusals,
    BatchAttempt attempt,
    LoginQueue queue,
    HeldRefusals reports,
    WriterCircuit circuit,
    RetryDelay delay,
    LoginMetrics metrics,
    TimeProvider time,
    ILogger<LoginWriter> log)
{
    /// <summary>The row that was retried last is the last.</summary>
    private readonly List<Suspect> _held = [];

    // A wait stays registered until it completes, so the same ones serve all rounds until then.
    private Task _arrival = Task.CompletedTask;
    private Task _change = Task.CompletedTask;
    private Task _arrivalOrChange = Task.CompletedTask;
    private int _brakesEnded;

    /// <summary>Runs until the writer stops; then the rows fail.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        // As in the writer's loops.
        Activity.Current = null;
        while (!stopping.IsCancellationRequested)
        {
            if (_change.IsCompleted)
            {
                // Read before the circuit is, so that no change is missed.
                _change = circuit.Changed;
            }

            if (Next(out var wait) is { } suspect)
            {
                await RetryAsync(suspect, stopping);
            }
            else
            {
                await WaitAsync(wait, stopping);
            }
        }

        Collect();
        _held.ForEach(static suspect => suspect.Stop());
    }

    /// <summary>The row to retry now; where there is none, how long to wait for one.</summary>
    private Suspect? Next(out TimeSpan wait)
    {
        wait = Timeout.InfiniteTimeSpan;
        var brake = circuit.BrakedBy;
        Collect();
        if (brake is { } fault)
        {
            if (_held.Find(suspect => suspect.Fault.SqlState == fault.SqlState) is { } probe)
            {
                return probe;
            }

            circuit.ReleaseBrake();
        }

        if (_held.MinBy(static suspect => suspect.DueAt) is not { } next)
        {
            return null;
        }

        wait = time.TimeUntil(next.DueAt);
        return wait > TimeSpan.Zero ? null : next;
    }

    /// <summary>Takes the rows that are new among the refused, and drops those whose callers have cancelled.</summary>
    private void Collect()
    {
        while (refusals.Suspects.TryRead(out var suspect))
        {
            suspect.HeldSince = time.GetTimestamp();
            _held.Add(suspect);
            Postpone(suspect);
        }

        _held.RemoveAll(static suspect => suspect.Row.Task.IsCompleted);
        reports.Update(_held);
    }

    /// <summary>Waits for a row, for a change of the circuit, or for the time.</summary>
    private async Task WaitAsync(TimeSpan wait, CancellationToken stopping)
    {
        if (_arrival.IsCompleted)
        {
            _arrival = ArrivalAsync();
        }

        if (_arrivalOrChange.IsCompleted)
        {
            _arrivalOrChange = Task.WhenAny(_arrival, _change);
        }

        await _arrivalOrChange.WaitAsync(wait, time, stopping).WithoutThrowing();
    }

    /// <summary>Completes on the loop's scheduler, as the channel's own task would not.</summary>
    private async Task ArrivalAsync() => await refusals.Suspects.WaitToReadAsync(CancellationToken.None);

    private async Task RetryAsync(Suspect suspect, CancellationToken stopping)
    {
        var reason = suspect.Fault;
        var outcome = await attempt.RunAsync(new LoginBatch([suspect.Row]), isSuspect: true, stopping);
        switch (outcome.Result)
        {
            case BatchResult.Committed when outcome.Write.Missing.Count == 0:
                metrics.Written([suspect.Row], outcome.Write.Inserted, outcome.Duration);
                refusals.Passed(suspect);
                suspect.Row.Commit();
                break;

            case BatchResult.Committed:
                Refuse(suspect, DatabaseFaults.RowMissing);
                break;

            case BatchResult.Refused:
                Refuse(suspect, outcome.Fault);
                break;

            case BatchResult.Failed:
                Log.RowFailed(log, outcome.Exception!.GetType().FullName!);
                suspect.Row.Fail(outcome.Exception);
                break;

            case BatchResult.Stopped:
                suspect.Row.Fail(new LoginWriterStoppedException());
                break;

            case BatchResult.Unavailable or BatchResult.Conflicted:
                suspect.Row.PutBack();
                suspect.Conflicts++;
                Postpone(suspect);
                break;
        }

        if (circuit.BrakesEnded != _brakesEnded)
        {
            _brakesEnded = circuit.BrakesEnded;
            Release(reason);
        }
    }

    private void Refuse(Suspect suspect, DatabaseFault fault)
    {
        if (refusals.RefuseAgain(suspect, fault))
        {
            _held.Remove(suspect);
            _held.Add(suspect);
            Postpone(suspect);
        }
    }

    /// <summary>PostgreSQL takes rows that it refused: the others are written as new ones are.</summary>
    private void Release(DatabaseFault reason)
    {
        refusals.Forget(reason);
        Collect();
        foreach (var suspect in _held.Where(suspect => !queue.TryAdd(suspect.Row)))
        {
            suspect.Stop();
        }

        _held.Clear();
    }

    private void Postpone(Suspect suspect) =>
        suspect.DueAt = time.TimestampAfter(delay.After(suspect.Refusals + suspect.Conflicts));
}
