using System.Data;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// Runs short statements that need a strong lock. All who come later wait behind one that waits for its lock, so it
/// gives up after two seconds, and is tried again after a pause. So is one that ended a deadlock.
/// </summary>
/// <param name="database">The session.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="waits">Called with a sentence before each pause; null where nobody listens.</param>
internal sealed class LockAttempts(LoginDbContext database, TimeProvider time, Action<string>? waits)
{
    private const int Most = 30;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Runs the step in a transaction, and commits it.</summary>
    /// <param name="table">The table to lock, for the texts.</param>
    /// <param name="step">The statements.</param>
    /// <param name="cancellationToken">Ends it; a step under way is rolled back.</param>
    /// <exception cref="MaskingRefusedException">The lock was never free. Nothing was changed.</exception>
    public async Task RunAsync(
        string table, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var transaction = await database.Database.BeginTransactionAsync(
                    IsolationLevel.ReadCommitted, cancellationToken);
                await database.ExecuteAsync("SET LOCAL lock_timeout = '2s'", cancellationToken);
                await step(cancellationToken);
                await transaction.CommitAsync(CancellationToken.None);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState
                is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                if (attempt == Most)
                {
                    throw new MaskingRefusedException(
                    [
                        $"{table} was in use by other transactions in {Most} attempts of 2 s: end those that stay "
                            + "open (pg_stat_activity), and run this again. What is done stays done.",
                    ]);
                }
            }

            waits?.Invoke(
                $"{table} is in use by other transactions; attempt {attempt + 1} of {Most} follows in "
                + $"{Pause.TotalSeconds} s");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
