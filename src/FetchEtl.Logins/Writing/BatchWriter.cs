using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>
/// Writes batches: every row ends as committed, withdrawn or failed, or waits among the refused rows.
/// </summary>
internal sealed class BatchWriter(
    BatchAttempt attempt,
    Refusals refusals,
    BatchLimit limit,
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
    /// <returns>A task that completes when every row has ended, or waits among the refused rows.</returns>
    public Task WriteAsync(LoginBatch batch, CancellationToken stopping) =>
        WriteAsync(batch, UnknownAttempts, stopping);

    private async Task WriteAsync(LoginBatch batch, int unknownAttempts, CancellationToken stopping)
    {
        var outcome = await SettleAsync(batch, unknownAttempts, stopping);
        switch (outcome.Result)
        {
            case BatchResult.Refused when stopping.IsCancellationRequested && circuit.BrakedBy is not null:
            case BatchResult.Stopped:
                Log.StoppedBeforeCommit(log, batch.Rows.Count, outcome.Fault);
                batch.Fail(new LoginWriterStoppedException());
                break;

            case BatchResult.Refused or BatchResult.TimedOut or BatchResult.Failed when batch.Rows.Count > 1:
                await WriteHalvesAsync(batch, stopping);
                break;

            case BatchResult.Refused:
                refusals.Refuse(batch.Rows[0], outcome.Fault);
                break;

            case BatchResult.Failed:
                Log.RowFailed(log, outcome.Exception!.GetType().FullName!);
                batch.Fail(outcome.Exception);
                break;
        }
    }

    /// <summary>
    /// Halves the batch until each bad row stands alone: about k·log n statements for k bad rows of n. Where many are
    /// bad, the circuit opens, and the halves that were not tried wait until it closes. Each half gets one attempt at
    /// an unknown failure: the whole batch already used up its retries.
    /// </summary>
    private async Task WriteHalvesAsync(LoginBatch batch, CancellationToken stopping)
    {
        batch.PutBack();
        var (first, second) = batch.Halve();
        await WriteAsync(first, unknownAttempts: 1, stopping);
        await WriteAsync(second, unknownAttempts: 1, stopping);
    }

    /// <summary>Tries until the batch is committed or withdrawn, or until retrying it whole is pointless.</summary>
    /// <returns>The last outcome.</returns>
    private async Task<BatchOutcome> SettleAsync(LoginBatch batch, int unknownAttempts, CancellationToken stopping)
    {
        var started = time.GetTimestamp();
        var unknownFailures = 0;
        while (true)
        {
            var outcome = await attempt.RunAsync(batch, isSuspect: false, stopping);
            switch (outcome.Result)
            {
                case BatchResult.Committed:
                    Commit(batch, outcome, time.GetElapsedTime(started));
                    return outcome;

                case BatchResult.Unavailable:
                    batch.PutBack();
                    break;

                case BatchResult.Conflicted:
                    await PauseAsync(batch, batch.Conflicts, stopping);
                    break;

                case BatchResult.Failed when ++unknownFailures < unknownAttempts:
                    await PauseAsync(batch, unknownFailures, stopping);
                    break;

                case BatchResult.TimedOut:
                    if (limit.TimedOut(batch.Rows.Count, outcome.Duration))
                    {
                        Log.BatchTimedOut(
                            log, batch.Rows.Count, outcome.Fault.SqlState, outcome.Fault.Reason, limit.Rows);
                    }

                    return outcome;

                default:
                    return outcome;
            }
        }
    }

    private void Commit(LoginBatch batch, BatchOutcome outcome, TimeSpan duration)
    {
        var missing = outcome.Write.Missing;
        var rows = missing.Count == 0 ? batch.Rows : [.. batch.Rows.Except(missing)];
        if (rows.Count > 0)
        {
            metrics.Written(rows, outcome.Write.Inserted, duration);
            refusals.Written(rows.Count);
        }

        limit.Committed(batch.Rows.Count, outcome.Duration);
        batch.Commit(missing);
        foreach (var row in missing)
        {
            refusals.Refuse(row, DatabaseFaults.RowMissing);
        }
    }

    private async Task PauseAsync(LoginBatch batch, int failures, CancellationToken stopping)
    {
        batch.PutBack();
        await batch.Abandoned.WaitAsync(delay.After(failures), time, stopping).WithoutThrowing();
    }
}
