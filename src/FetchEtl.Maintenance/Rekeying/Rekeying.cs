using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Logins;

/// <summary>
/// Lifts a table's masks, and the vault's, to the ring's newest generation, while others go on writing. The keys stay in this
/// process. What is done stays done: started again after whatever end, it goes on.
/// </summary>
internal sealed class Rekeying(IDbContextFactory<LoginDbContext> contexts, MaskingCheck check, HmacPiiMasker masker, TimeProvider time)
{
    private readonly int _generation = masker.Ring.Count;

    /// <summary>Lifts all that is there, and what comes meanwhile, as long as that ends.</summary>
    /// <param name="tableName">The table's name, as SQL writes it.</param>
    /// <param name="columns">Its columns, by their plain names.</param>
    /// <param name="batchBlocks">Blocks a transaction, 1 to <see cref="LiftLimits.MaxBatchBlocks"/>.</param>
    /// <param name="progress">Told after each transaction.</param>
    /// <param name="cancellationToken">Ends it between two transactions.</param>
    /// <exception cref="MaskingRefusedException">The table, the vault or the keys do not allow it; nothing was changed, unless the message says so.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL refused, or could not be reached.</exception>
    public async Task<RekeySummary> RunAsync(
        string tableName, IReadOnlyList<LiftColumn> columns, int batchBlocks, IProgress<LiftProgress> progress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await using var database = await contexts.CreateDbContextAsync(cancellationToken);
        await database.Database.OpenConnectionAsync(cancellationToken);
        var table = await LiftTableCheck.RequireAsync(database, tableName, columns, Mask.Length(_generation), cancellationToken);
        await LiftTableCheck.RequireVaultAsync(database, "SELECT, INSERT, UPDATE, DELETE", cancellationToken);
        // It also notes the new generation, so that no process starts any more that lacks its key.
        await check.RequireAsync(database, cancellationToken);
        var before = await ValueCounts.ReadAsync(database, table, cancellationToken);
        RequireKeys(table, before);

        var (rows, after, values) = before.Any(column => column.Older(_generation) > 0)
            ? await LiftRowsAsync(database, table, batchBlocks, progress, cancellationToken)
            : (0, before, []);
        var (entries, left) = await MoveVaultAsync(database, batchBlocks, progress, cancellationToken);
        return new RekeySummary(table.Name, _generation, before, after, values, rows, entries, left, time.GetElapsedTime(started));
    }

    private async Task<(long Rows, IReadOnlyList<ValueCounts> After, IReadOnlyList<ValuesKept> Values)> LiftRowsAsync(
        LoginDbContext database, LiftTable table, int batchBlocks, IProgress<LiftProgress> progress, CancellationToken cancellationToken)
    {
        var census = new ValueCensus(database, table, masker);
        await census.TakeAsync(cancellationToken);

        var older = string.Join(" OR ", table.Columns.Select(column => LiftSql.IsOlderMask(column.Name, _generation)));
        var pass = new BlockPass(database, table.Name, [.. table.Columns.Select(column => column.Name)], older, batchBlocks);
        var update = new MaskUpdate(table);
        var rows = 0L;
        for (var number = 1; ; number++)
        {
            var current = number;
            rows += await pass.RunAsync(ChangeAsync, (done, total) => progress.Report(new LiftProgress(table.Name, current, done, total)), cancellationToken);
            var after = await ValueCounts.ReadAsync(database, table, cancellationToken);
            if (number == LiftLimits.MaxPasses || !after.Any(column => column.Older(_generation) > 0))
            {
                return (rows, after, await census.CompareAsync(cancellationToken));
            }
        }

        Task<int> ChangeAsync(BlockRange range, IReadOnlyList<FoundRow> found, CancellationToken token)
        {
            foreach (var row in found)
            {
                Lift(table.Columns, row.Values);
            }

            return update.RunAsync(database, range, found, token);
        }
    }

    private void Lift(IReadOnlyList<LiftColumn> columns, string?[] values)
    {
        for (var place = 0; place < values.Length; place++)
        {
            if (Mask.TryParse(values[place], out var mask) && mask.Generation < _generation)
            {
                values[place] = masker.Lift(columns[place].Field, values[place]!);
            }
        }
    }

    private async Task<(long Entries, long Left)> MoveVaultAsync(
        LoginDbContext database, int batchBlocks, IProgress<LiftProgress> progress, CancellationToken cancellationToken)
    {
        var entries = 0L;
        var left = await VaultMove.CountOlderAsync(database, masker, cancellationToken);
        for (var number = 1; left > 0 && number <= LiftLimits.MaxPasses; number++)
        {
            var current = number;
            entries += await VaultMove.RunAsync(
                database, masker, batchBlocks, (done, total) => progress.Report(new LiftProgress("pii_vault", current, done, total)), cancellationToken);
            left = await VaultMove.CountOlderAsync(database, masker, cancellationToken);
        }

        return (entries, left);
    }

    /// <summary>A table may hold what masking_generations does not know: rows that were copied into it.</summary>
    private void RequireKeys(LiftTable table, IReadOnlyList<ValueCounts> counts)
    {
        var newest = counts.Max(column => column.Newest);
        if (newest > _generation)
        {
            throw new MaskingRefusedException(
                [$"{table.Name} holds masks of generation {newest}, and Masking:Keys and Masking:KeyFiles give {_generation}: add the keys that are missing, in their order."]);
        }
    }
}
