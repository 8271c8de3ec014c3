using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>Writes batches: every row ends as committed, withdrawn, rejected or failed.</summary>
internal sealed class BatchWriter(
    IBatchStatement statement,
    WriterCircuit circuit,
    RetryDelay delay,
    LoginMetrics metrics,
    TimeProvider time,
    ILogger<LoginWriter> log)
{
    /// <summary>
    /// How often a batch is tried that fails for a reason that is not PostgreSQL's, before its rows fail.
    /// </summary>
    private const int UnknownAttempts = 3;

    /// <summary>Never throws, so that a loop outlives every batch.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="stopping">Once cancelled, a batch that fails is not retried.</param>
    /// <returns>A task that completes when every row has ended.</returns>
    public Task WriteAsync(LoginBatch batch, CancellationToken stopping) =>
        WriteAsync(batch, UnknownAttempts, stopping);

    private async Task WriteAsync(LoginBatch batch, int unknownAttempts, CancellationToken stopping)
    {
        var outcome = await SettleAsync(batch, unknownAttempts, stopping);
        switch (outcome.Result)
        {
            case BatchResult.Rejected or BatchResult.Failed when batch.Rows.Count > 1:
                await WriteHalvesAsync(batch, stopping);
                break;

            case BatchResult.Rejected:
                Log.RowRejected(log, outcome.Fault.SqlState, outcome.Fault.Reason);
                metrics.Rejected();
                batch.Fail(new LoginRejectedException(outcome.Fault));
                break;

            case BatchResult.Failed:
                Log.RowFailed(log, outcome.Exception!.GetType().FullName!);
                batch.Fail(outcome.Exception);
                break;

            case BatchResult.Stopped:
                Log.StoppedBeforeCommit(log, batch.Rows.Count, outcome.Fault.SqlState);
                batch.Fail(new LoginWriterStoppedException());
                break;
        }
    }

    /// <summary>
    /// Halves the batch until each bad row stands alone: about k·log n statements for k bad rows of n. Each half gets
    /// one attempt at an unknown failure: the whole batch already used up its retries.
    /// </summary>
    private async Task WriteHalvesAsync(LoginBatch batch, CancellationToken stopping)
    {
        batch.PutBack();
        var (first, second) = batch.Halve();
        await WriteAsync(first, unknownAttempts: 1, stopping);
        await WriteAsync(second, unknownAttempts: 1, stopping);
    }

    /// <summary>Tries until the batch is committed or withdrawn, or until retrying is pointless.</summary>
    /// <returns>Any outcome but <see cref="BatchResult.Unavailable"/>.</returns>
    private async Task<BatchOutcome> SettleAsync(LoginBatch batch, int unknownAttempts, CancellationToken stopping)
    {
        var started = time.GetTimestamp();
        var unknownFailures = 0;
        while (true)
        {
            var outcome = await TryAsync(batch, stopping);
            switch (outcome.Result)
            {
                case BatchResult.Committed:
                    metrics.Written(batch.Rows.Count, outcome.Inserted, time.GetElapsedTime(started));
                    batch.Commit();
                    return outcome;

                case BatchResult.Unavailable:
                    batch.PutBack();
                    break;

                case BatchResult.Failed when ++unknownFailures < unknownAttempts:
                    batch.PutBack();
                    await batch.Abandoned.WaitAsync(delay.After(unknownFailures), time, stopping)
                        .ConfigureAwait(
                            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                    break;

                default:
                    return outcome;
            }
        }
    }

    /// <summary>Waits for a turn and runs one statement.</summary>
    private async Task<BatchOutcome> TryAsync(LoginBatch batch, CancellationToken stopping)
    {
        using var turn = await circuit.WaitForTurnAsync(batch, stopping);
        if (!batch.TryBegin())
        {
            return new BatchOutcome(BatchResult.Withdrawn);
        }

        try
        {
            var written = await statement.RunAsync(batch, stopping);
            turn.Succeeded();
            return new BatchOutcome(BatchResult.Committed, Inserted: written.Inserted);
        }
        catch (Exception exception)
        {
            var fault = DatabaseFaults.Classify(exception);
            switch (fault.Kind)
            {
                case FaultKind.Data:
                    if (batch.Rows.Count == 1)
                    {
                        // The server answered, so the outage is over.
                        turn.Succeeded();
                    }

                    return new BatchOutcome(BatchResult.Rejected, Fault: fault);

                case var _ when stopping.IsCancellationRequested:
                    return new BatchOutcome(BatchResult.Stopped, Fault: fault);

                case FaultKind.Transient or FaultKind.Operator:
                    turn.Failed(fault);
                    return new BatchOutcome(BatchResult.Unavailable, Fault: fault);

                default:
                    return new BatchOutcome(BatchResult.Failed, Exception: exception);
            }
        }
    }
}
