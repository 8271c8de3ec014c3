using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>The statement, or the transaction where there is a vault, that inserts one batch.</summary>
/// <param name="contexts">Opens a context per batch.</param>
/// <param name="check">Compares settings and table before the first row, and where the table has changed.</param>
/// <param name="insert">Inserts the rows durably.</param>
/// <param name="fitting">Follows a table that is partitioned meanwhile, and adds partitions.</param>
/// <param name="vault">Seals the raw values with the rows; null where there is no vault.</param>
/// <param name="connections">Renewed after a failure that an operator corrects.</param>
/// <param name="durability">Warns once of settings of the server that lose committed rows.</param>
/// <param name="time">Says when a statement takes long.</param>
internal sealed class BatchStatement(
    IDbContextFactory<LoginDbContext> contexts,
    StoredMasksVerifier check,
    DurableInsert insert,
    TableFitting fitting,
    PiiVault? vault,
    LoginDataSource connections,
    DurabilityWarnings durability,
    TimeProvider time) : IBatchStatement
{
    /// <summary>How often the table's settings may change while one batch is written.</summary>
    private const int MostChanges = 5;

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
        BlockerWatch? watch = null;
        try
        {
            // Every statement of the batch runs on this connection.
            await context.Database.OpenConnectionAsync(unwanted.Token);
            watch = BlockerWatch.Start(connections.Source, Connection(context), time);
            var settings = await check.VerifyAsync(context, unwanted.Token);
            await durability.WarnOnceAsync(context, unwanted.Token);
            var mayHaveChanged = true;
            for (var attempt = 1; ; attempt++)
            {
                var write = await WriteFittingAsync(context, batch.Rows, settings, unwanted.Token);
                if (write.Inserted > 0 || write.Missing.Count == 0 || !mayHaveChanged || attempt > MostChanges)
                {
                    return write;
                }

                // Another database may be at the address now, with the check of another key or with none. An operator
                // may have changed the table's settings, and the rows are made again under the new ones. Or messages
                // were erased for the first time.
                var before = settings;
                settings = await check.VerifyAgainAsync(context, unwanted.Token);
                mayHaveChanged = await insert.LookForErasedAsync(context, unwanted.Token)
                    || !ReferenceEquals(settings, before);
            }
        }
        catch (Exception exception) when (DatabaseFaults.Classify(exception).Kind == FaultKind.Operator)
        {
            // A correction may hold for new sessions only: a role's setting, the primary behind a host name.
            connections.Source.Clear();
            throw;
        }
        catch (Exception exception)
            when (!unwanted.IsCancellationRequested && watch?.Explain(exception) is { } fault)
        {
            throw new DatabaseFaultException(fault, exception);
        }
        finally
        {
            if (watch is not null)
            {
                await watch.DisposeAsync();
            }
        }
    }

    private static NpgsqlConnection Connection(LoginDbContext context) =>
        (NpgsqlConnection)context.Database.GetDbConnection();

    /// <summary>
    /// Writes again where the table has another form now, or lacks the partition of a row. The failed insert wrote
    /// nothing.
    /// </summary>
    private async Task<BatchWrite> WriteFittingAsync(
        LoginDbContext context,
        IReadOnlyList<PendingLogin> rows,
        TableSettings settings,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var target = fitting.Target;
            try
            {
                return await WriteAsync(context, rows, settings, cancellationToken);
            }
            catch (PostgresException exception) when (attempt <= MostChanges && fitting.MayFit(exception))
            {
                if (!await fitting.FitAsync(context, rows, exception, target, cancellationToken))
                {
                    throw;
                }
            }
        }
    }

    private async Task<BatchWrite> WriteAsync(
        LoginDbContext context,
        IReadOnlyList<PendingLogin> rows,
        TableSettings settings,
        CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            row.Form(settings);
        }

        int inserted;
        using (var confirmation = new CommitConfirmation(Connection(context)))
        {
            inserted = vault is null
                ? await insert.InsertAsync(context, rows, cancellationToken)
                : await vault.InsertAsync(context, insert, rows, cancellationToken);
            confirmation.ThrowIfMissing();
        }

        // The rest is there already, or PostgreSQL dropped it without an error: a trigger that returns NULL, a rule.
        var missing = inserted >= rows.Count
            ? []
            : await insert.FindMissingAsync(context, rows, inserted, cancellationToken);
        return new BatchWrite(inserted, missing);
    }
}
