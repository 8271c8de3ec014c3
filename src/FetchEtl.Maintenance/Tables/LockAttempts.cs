using System.Data;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// Runs short statements that need a strong lock, within <see cref="LockLimits"/>. A step that PostgreSQL cancelled to
/// end a deadlock is tried again, too.
/// </summary>
/// <param name="database">The session.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="waits">Called with a sentence before each pause; null: not reported.</param>
internal sealed class LockAttempts(LoginDatabase database, TimeProvider time, Action<string>? waits)
{
    /// <summary>Runs the step in a transaction, and commits it.</summary>
    /// <param name="table">The table to lock, for the texts.</param>
    /// <param name="step">The statements.</param>
    /// <param name="cancellationToken">Ends it; a step under way is rolled back.</param>
    /// <exception cref="MaskingRefusedException">The lock was never free. Nothing was changed.</exception>
    public Task RunAsync(string table, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        return RetryAsync(table, InTransactionAsync, cancellationToken);

        async Task InTransactionAsync(CancellationToken token)
        {
            await using var transaction = await database.BeginTransactionAsync(
                IsolationLevel.ReadCommitted, token);
            await database.ExecuteAsync($"SET LOCAL lock_timeout = {LockLimits.LockTimeout}", token);
            await step(token);
            await transaction.CommitAsync(CancellationToken.None);
        }
    }

    /// <summary>Runs a step that is a transaction of its own, with this limit.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public async Task RetryAsync(
        string table, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await step(cancellationToken);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState
                is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                if (attempt == LockLimits.Attempts)
                {
                    throw new MaskingRefusedException(
                    [
                        $"A lock on {table} was not free in {LockLimits.Attempts} attempts of "
                            + $"{LockLimits.Wait.TotalSeconds} s. End the transactions that use it (pg_stat_activity "
                            + "shows them), then run this again: it continues.",
                    ]);
                }
            }

            var pause = LockLimits.PauseAfter(attempt);
            waits?.Invoke(
                $"A lock on {table} was not free within {LockLimits.Wait.TotalSeconds} s. Waiting longer would block "
                + $"readers and writers, so attempt {attempt + 1} of {LockLimits.Attempts} follows in "
                + $"{pause.TotalSeconds} s");
            await Task.Delay(pause, time, cancellationToken);
        }
    }
}
