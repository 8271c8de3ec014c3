using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>Waits for a turn, runs one statement and says what its outcome means.</summary>
internal sealed class BatchAttempt(
    IBatchStatement statement, WriterCircuit circuit, IOptions<LoginsOptions> options, TimeProvider time)
{
    /// <summary>How often a batch that lost against another statement is retried before that is an outage.</summary>
    private const int MostConflicts = 2;

    /// <summary>Never throws.</summary>
    /// <param name="batch">The rows. They stay taken into the statement where it ran.</param>
    /// <param name="isSuspect">Whether this is a row that was refused alone, which may probe a braked circuit.</param>
    /// <param name="stopping">Cancelled when the writer stops.</param>
    public async Task<BatchOutcome> RunAsync(LoginBatch batch, bool isSuspect, CancellationToken stopping)
    {
        using var turn = await circuit.WaitForTurnAsync(batch, isSuspect, stopping);
        if (!batch.TryBegin())
        {
            return new BatchOutcome(BatchResult.Withdrawn);
        }

        var started = time.GetTimestamp();
        using var span = LoginTracing.StartCommit(batch, options.Value.Storage.Table);
        try
        {
            var write = await statement.RunAsync(batch, stopping);
            LoginTracing.Committed(span, write);
            if (write.Missing.Count == 0)
            {
                turn.Succeeded();
            }
            else
            {
                turn.Refused(DatabaseFaults.RowMissing);
            }

            return new BatchOutcome(BatchResult.Committed, time.GetElapsedTime(started), write);
        }
        catch (Exception exception)
        {
            var fault = DatabaseFaults.Classify(exception);
            LoginTracing.Failed(span, fault);
            return new BatchOutcome(
                ResultOf(fault, batch, turn, stopping),
                time.GetElapsedTime(started),
                Fault: fault,
                Exception: exception);
        }
    }

    private static BatchResult ResultOf(
        DatabaseFault fault, LoginBatch batch, WriterTurn turn, CancellationToken stopping)
    {
        switch (fault.Kind)
        {
            case FaultKind.Refused:
                if (batch.Rows.Count == 1)
                {
                    turn.Refused(fault);
                }

                return BatchResult.Refused;

            case var _ when stopping.IsCancellationRequested:
                return BatchResult.Stopped;

            case FaultKind.Transient when DatabaseFaults.IsTimeout(fault) && batch.Rows.Count > 1:
                return BatchResult.TimedOut;

            case FaultKind.Transient
                when DatabaseFaults.IsConflict(fault) && !turn.IsProbe && batch.Conflicts < MostConflicts:
                batch.Conflicts++;
                return BatchResult.Conflicted;

            case FaultKind.Transient or FaultKind.Operator:
                turn.Failed(fault);
                return BatchResult.Unavailable;

            default:
                return BatchResult.Failed;
        }
    }
}
