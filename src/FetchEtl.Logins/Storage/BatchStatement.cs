using System.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

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
            // Opened here, so that it is still open when a statement fails on it.
            await context.Database.OpenConnectionAsync(unwanted.Token);
            await check.VerifyAsync(context, unwanted.Token);
            var inserted = vault is null
                ? await context.InsertAsync([.. batch.Rows.Select(static row => row.Login)], unwanted.Token)
                : await vault.InsertAsync(context, batch.Rows, unwanted.Token);
            return new BatchWrite(inserted, []);
        }
        catch (Exception exception) when (IsTimeout(exception)
            && context.Database.GetDbConnection() is NpgsqlConnection { State: ConnectionState.Open } connection)
        {
            // Npgsql breaks a connection on which the server does not confirm that it cancelled the statement.
            throw new StatementTimeoutException(connection.CommandTimeout, exception);
        }
        catch (Exception exception) when (DatabaseFaults.Classify(exception).Kind == FaultKind.Operator)
        {
            // A correction may hold for new sessions only: a role's setting, the primary behind a host name.
            connections.Source.Clear();
            throw;
        }
    }

    /// <summary>EF Core wraps Npgsql's exception.</summary>
    private static bool IsTimeout(Exception exception) =>
        (exception as NpgsqlException ?? exception.InnerException) is NpgsqlException
        {
            InnerException: TimeoutException,
        };
}
