using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Logins;

/// <summary>The statement, or the transaction where there is a vault, that inserts one batch.</summary>
/// <param name="contexts">Opens a context per batch.</param>
/// <param name="check">Compares settings and table before the first row.</param>
/// <param name="vault">Seals the raw values with the rows; null where there is no vault.</param>
/// <param name="connections">Renewed after a failure that an operator corrects.</param>
internal sealed class BatchStatement(
    IDbContextFactory<LoginDbContext> contexts, StoredMasksVerifier check, PiiVault? vault, LoginDataSource connections)
    : IBatchStatement
{
    /// <inheritdoc/>
    public async Task<BatchWrite> RunAsync(LoginBatch batch, CancellationToken stopping)
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
            var inserted = vault is null
                ? await context.InsertAsync([.. batch.Rows.Select(static row => row.Login)], unwanted.Token)
                : await vault.InsertAsync(context, batch.Rows, unwanted.Token);
            return new BatchWrite(inserted, []);
        }
        catch (Exception exception) when (DatabaseFaults.Classify(exception).Kind == FaultKind.Operator)
        {
            // A correction may hold for new sessions only: a role's setting, the primary behind a host name.
            connections.Source.Clear();
            throw;
        }
    }
}
