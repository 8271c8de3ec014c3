using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Rekeys a table's masks, and the vault's, to the newest generation while others go on writing. The keys stay in this
/// process. Each transaction is kept: after an interruption, run it again and it continues.
/// </summary>
/// <param name="source">The database.</param>
/// <param name="verifier">Verifies that the keys are those of the table's masks.</param>
/// <param name="masker">The keys; its newest generation is that of the new masks.</param>
/// <param name="time">The clock, for the elapsed time.</param>
public sealed class Rekeying(
    LoginDataSource source, StoredMasksVerifier verifier, KeyedPiiMasker masker, TimeProvider time)
{
    private readonly int _generation = masker.Generation;

    /// <summary>Rekeys all masks, also those that others write meanwhile, up to five walks over the table.</summary>
    /// <param name="tableName">The table's name, as SQL writes it.</param>
    /// <param name="columns">The columns, by their plain names.</param>
    /// <param name="batchBlocks">The blocks a transaction, 1 to <see cref="MaintenanceLimits.MaxBatchBlocks"/>.</param>
    /// <param name="progress">Receives a report after each transaction.</param>
    /// <param name="cancellationToken">Ends the run between two transactions.</param>
    /// <returns>What was done and what is left.</returns>
    /// <exception cref="MaskingRefusedException">
    /// The table, the vault or the keys do not allow it. Nothing was changed, unless the message says so.
    /// </exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<RekeySummary> RunAsync(
        string tableName,
        IReadOnlyList<MaskedColumn> columns,
        int batchBlocks,
        IProgress<MaintenanceProgress> progress,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await using var database = source.Create();
        await database.OpenAsync(cancellationToken);
        var inspected = await MaskedTableInspection.InspectAsync(
            database, tableName, columns, masker.MaskLength, cancellationToken);
        await MaskedTableInspection.RequireVaultAsync(database, "SELECT, INSERT, UPDATE, DELETE", cancellationToken);
        await using var turn = await VaultTurn.TakeForRekeyAsync(database, cancellationToken);
        // This also records the new generation, so that no process starts any more that lacks its key.
        var settings = await verifier.VerifyAsync(database, cancellationToken);
        var lifting = new MaskLifting(masker, settings.MethodOf);
        var table = inspected with { LookAlikeGenerations = lifting.LookAlikeGenerations };
        var before = await ValueCounts.ReadAsync(database, table, cancellationToken);
        RequireKeys(table, before);
        RekeyRules.Require(table, before, lifting);
        await new RetentionVault(database, time).RestoreAsync(cancellationToken);

        var (rows, after, values) = before.Any(column => column.Older(_generation) > 0)
            ? await RekeyRowsAsync(database, table, lifting, batchBlocks, progress, cancellationToken)
            : (0, before, []);
        var (entries, left, forged) = await MoveVaultAsync(database, batchBlocks, progress, cancellationToken);
        return new RekeySummary(
            table.Name, _generation, before, after, values, rows, entries, left, forged, time.GetElapsedTime(started));
    }

    private async Task<(long Rows, IReadOnlyList<ValueCounts> After, IReadOnlyList<ValuesKept> Values)> RekeyRowsAsync(
        LoginDatabase database,
        MaskedTable table,
        MaskLifting lifting,
        int batchBlocks,
        IProgress<MaintenanceProgress> progress,
        CancellationToken cancellationToken)
    {
        var census = new ValueCensus(database, table, lifting);
        await census.TakeAsync(cancellationToken);

        var older = string.Join(" OR ", table.Columns.Select(column =>
            $"{MaskSql.IsOlderMask(column.Name, _generation)} OR {table.IsOlderLookAlike(column, _generation)}"));
        var names = table.Columns.Select(column => column.Name).ToList();
        var pass = new BlockPass(
            database, table.Name, names, older, batchBlocks, table.IsPartitioned, table.HasGenerations);
        var update = new MaskUpdate(table, table.HasGenerations);
        var rows = 0L;
        for (var number = 1; ; number++)
        {
            rows += await pass.RunAsync(ChangeAsync, ReportTo(progress, table.Name, number), cancellationToken);
            var after = await ValueCounts.ReadAsync(database, table, cancellationToken);
            if (number == MaintenanceLimits.MaxPasses || !after.Any(column => column.Older(_generation) > 0))
            {
                return (rows, after, await census.CompareAsync(cancellationToken));
            }
        }

        Task<int> ChangeAsync(BlockRange range, IReadOnlyList<FoundRow> found, CancellationToken token)
        {
            foreach (var row in found)
            {
                lifting.Lift(table, row);
            }

            return update.RunAsync(database, range, found, token);
        }
    }

    private async Task<(long Entries, long Left, long Forged)> MoveVaultAsync(
        LoginDatabase database,
        int batchBlocks,
        IProgress<MaintenanceProgress> progress,
        CancellationToken cancellationToken)
    {
        var (entries, forged) = (0L, 0L);
        var left = await VaultRekeying.CountOlderAsync(database, masker, cancellationToken);
        for (var number = 1; left > 0 && number <= MaintenanceLimits.MaxPasses; number++)
        {
            var report = ReportTo(progress, VaultRekeying.Table, number);
            var pass = await VaultRekeying.RunAsync(database, masker, batchBlocks, report, cancellationToken);
            (entries, forged) = (entries + pass.Moved, forged + pass.Forged);
            left = await VaultRekeying.CountOlderAsync(database, masker, cancellationToken);
        }

        return (entries, left, forged);
    }

    private static Action<long, long> ReportTo(IProgress<MaintenanceProgress> progress, string table, int pass) =>
        (done, total) => progress.Report(new MaintenanceProgress(table, pass, done, total));

    /// <summary>
    /// A table may hold generations that masking_generations does not know: rows that were copied into it.
    /// </summary>
    private void RequireKeys(MaskedTable table, IReadOnlyList<ValueCounts> counts)
    {
        var newest = counts.Max(column => column.Newest);
        if (newest > _generation)
        {
            throw new MaskingRefusedException(
            [
                $"{table.Name} holds masks of generation {newest}, and Masking:Keys and Masking:KeyFiles give " +
                $"{_generation}: add the keys that are missing, in their order.",
            ]);
        }
    }
}
