using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Logins;

/// <summary>The statement, or the transaction where there is a vault, that inserts one batch.</summary>
/// <param name="contexts">Opens a context per batch.</param>
/// <param name="check">Compares settings and table before the first row.</param>
/// <param name="vault">Seals the raw values with the rows; null where there is no vault.</param>
/// <param name="connections">Renewed after a failure that an operator corrects.</param>
internal sealed class BatchStatement(
    IDbContextFactory<LoginDbContext> contexts, StoredMasksVerifier check, PiiVault? vault, LoginDataSource connections)
{
    /// <summary>
    /// Inserts the rows. A running statement is not cancelled, so that its outcome is known; Npgsql's command timeout
    /// limits it. It is cancelled only where the writer stops and every caller has cancelled.
    /// </summary>
    /// <param name="batch">The rows, taken into the statement.</param>
    /// <param name="stopping">Cancelled when the writer stops.</param>
    /// <returns>The number of new rows.</returns>
    public async Task<int> RunAsync(LoginBatch batch, CancellationToken stopping)
    {
        using var unwanted = new CancellationTokenSource();
        await using var registration = stopping.UnsafeRegister(
            _ =>
            {
                if (batch.IsAbandoned)
                {
                    unwanted.Cancel();
                }
            },
            null);

        await using var context = await contexts.CreateDbContextAsync(CancellationToken.None);
        try
        {
            await check.VerifyAsync(context, unwanted.Token);
            return vault is null
                ? await context.InsertAsync([.. batch.Rows.Select(static row => row.Login)], unwanted.Token)
                : await vault.InsertAsync(context, batch.Rows, unwanted.Token);
        }
        catch (Exception exception) when (DatabaseFaults.Classify(exception).Kind == FaultKind.Operator)
        {
            // A correction may hold for new sessions only: a role's setting, the primary behind a host name.
            connections.Source.Clear();
            throw;
        }
    }
}
