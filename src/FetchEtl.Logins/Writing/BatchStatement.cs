using Npgsql;

namespace FetchEtl.Logins;

/// <summary>The statement, or the transaction where there is a vault, that inserts one batch.</summary>
/// <param name="source">Creates a session per batch. Its connections are renewed after a failure that an operator
/// corrects.</param>
/// <param name="check">Compares settings and table before the first row, and where the table has changed.</param>
/// <param name="insert">Inserts the rows durably.</param>
/// <param name="fitting">Follows a table that is partitioned meanwhile, and adds partitions.</param>
/// <param name="vault">Seals the raw values with the rows; null where there is no vault.</param>
/// <param name="durability">Warns once of settings of the server that lose committed rows.</param>
/// <param name="time">Says when a statement takes long.</param>
internal sealed class BatchStatement(
    LoginDataSource source,
    StoredMasksVerifier check,
    DurableInsert insert,
    TableFitting fitting,
    PiiVault? vault,
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

        await using var database = source.Create();
        BlockerWatch? watch = null;
        try
        {
            // Every statement of the batch runs on this connection.
            await database.OpenAsync(unwanted.Token);
            watch = BlockerWatch.Start(source.Source, database.Connection, time);
            var settings = await check.VerifyAsync(database, unwanted.Token);
            await durability.WarnOnceAsync(database, unwanted.Token);
            var mayHaveChanged = true;
            for (var attempt = 1; ; attempt++)
            {
                var write = await WriteFittingAsync(database, batch.Rows, settings, unwanted.Token);
                if (write.Inserted > 0 || write.Missing.Count == 0 || !mayHaveChanged || attempt > MostChanges)
                {
                    return write;
                }

                // Another database may be at the address now, with the check of another key or with none. An operator
                // may have changed the table's settings, and the rows are formed again under the new ones. Or messages
                // were erased for the first time.
                var before = settings;
                settings = await check.VerifyAgainAsync(database, unwanted.Token);
                mayHaveChanged = await insert.LookForErasedAsync(database, unwanted.Token)
                    || !ReferenceEquals(settings, before);
            }
        }
        catch (Exception exception) when (DatabaseFaults.Classify(exception).Kind == FaultKind.Operator)
        {
            // A correction may hold for new sessions only: a role's setting, the primary behind a host name.
            source.Source.Clear();
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

    /// <summary>
    /// Writes again where the table has another form now, or lacks the partition of a row. The failed insert wrote
    /// nothing.
    /// </summary>
    private async Task<BatchWrite> WriteFittingAsync(
        LoginDatabase database,
        IReadOnlyList<PendingLogin> rows,
        TableSettings settings,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var target = fitting.Target;
            try
            {
                return await WriteAsync(database, rows, settings, cancellationToken);
            }
            catch (PostgresException exception) when (attempt <= MostChanges && fitting.MayFit(exception))
            {
                if (!await fitting.FitAsync(database, rows, exception, target, cancellationToken))
                {
                    throw;
                }
            }
        }
    }

    private async Task<BatchWrite> WriteAsync(
        LoginDatabase database,
        IReadOnlyList<PendingLogin> rows,
        TableSettings settings,
        CancellationToken cancellationToken)
    {
        foreach (var row in rows)
        {
            row.Form(settings);
        }

        int inserted;
        using (var confirmation = new CommitConfirmation(database.Connection))
        {
            inserted = vault is null
                ? await insert.InsertAsync(database, rows, cancellationToken)
                : await vault.InsertAsync(database, insert, rows, cancellationToken);
            confirmation.ThrowIfMissing();
        }

        // The rest is there already, or PostgreSQL dropped it without an error: a trigger that returns NULL, a rule.
        var missing = inserted >= rows.Count
            ? []
            : await insert.FindMissingAsync(database, rows, inserted, cancellationToken);
        return new BatchWrite(inserted, missing);
    }
}
