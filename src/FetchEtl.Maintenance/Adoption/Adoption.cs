using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Logins;

/// <summary>
/// Masks in place what a table's columns hold, while others go on writing. What is done stays done: started again after
/// whatever end, it goes on.
/// </summary>
/// <param name="contexts">The database.</param>
/// <param name="check">That the keys are those of the masks that are there.</param>
/// <param name="masker">Its ring is what masks are lifted to.</param>
/// <param name="adopter">Says what becomes of a value.</param>
/// <param name="vault">Gets the raw values, in the transaction that masks them: afterwards they stand nowhere else. Null for none.</param>
/// <param name="time">The clock.</param>
internal sealed class Adoption(
    IDbContextFactory<LoginDbContext> contexts, MaskingCheck check, HmacPiiMasker masker, Adopter adopter, PiiVault? vault, TimeProvider time)
{
    /// <summary>Looks at the table and counts. Nothing is changed.</summary>
    /// <param name="tableName">The table's name, as SQL writes it.</param>
    /// <param name="columns">Its columns, by their plain names.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <exception cref="MaskingRefusedException">The table or a column can't be lifted at all.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL refused, or could not be reached.</exception>
    public async Task<AdoptionPlan> PlanAsync(string tableName, IReadOnlyList<LiftColumn> columns, CancellationToken cancellationToken)
    {
        await using var database = await OpenAsync(cancellationToken);
        var table = await LiftTableCheck.RequireAsync(database, tableName, columns, Mask.Length(masker.Ring.Count), cancellationToken);
        if (vault is not null)
        {
            await LiftTableCheck.RequireVaultAsync(database, "SELECT, INSERT", cancellationToken);
        }

        var counts = await ValueCounts.ReadAsync(database, table, cancellationToken);
        var required = counts.Where(column => column.Empty > 0 && table.Required.Contains(column.Column)).Select(column =>
            $"{table.Name}.{column.Column.Name} is NOT NULL and holds {column.Empty} empty texts, which become NULL: " +
            $"ALTER TABLE {table.Name} ALTER COLUMN {column.Column.Name} DROP NOT NULL.");
        return new AdoptionPlan(
            table, counts, counts.Sum(adopter.ToMask), [.. counts.SelectMany(column => adopter.Problems(table.Name, column)), .. required]);
    }

    /// <summary>Masks all that is there, and what comes meanwhile, as long as that ends.</summary>
    /// <param name="plan">A plan without problems.</param>
    /// <param name="batchBlocks">Blocks a transaction, 1 to <see cref="LiftLimits.MaxBatchBlocks"/>.</param>
    /// <param name="progress">Told after each transaction.</param>
    /// <param name="cancellationToken">Ends it between two transactions.</param>
    /// <exception cref="MaskingRefusedException">The plan has problems, the keys are not those of the other masks, or the table refuses a mask.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL refused, or could not be reached.</exception>
    public async Task<AdoptionSummary> RunAsync(
        AdoptionPlan plan, int batchBlocks, IProgress<LiftProgress> progress, CancellationToken cancellationToken)
    {
        if (plan.Problems.Count > 0)
        {
            throw new MaskingRefusedException(plan.Problems);
        }

        var started = time.GetTimestamp();
        var table = plan.Table;
        await using var database = await OpenAsync(cancellationToken);
        await check.RequireAsync(database, cancellationToken);

        var condition = string.Join(" OR ", table.Columns.Select(column => adopter.Condition(column.Name)));
        var pass = new BlockPass(database, table.Name, [.. table.Columns.Select(column => column.Name)], condition, batchBlocks);
        var update = new MaskUpdate(table);
        var counts = plan.Counts;
        var rows = 0L;
        for (var number = 1; number <= LiftLimits.MaxPasses && counts.Any(column => adopter.ToMask(column) > 0); number++)
        {
            var current = number;
            rows += await pass.RunAsync(ChangeAsync, (done, total) => progress.Report(new LiftProgress(table.Name, current, done, total)), cancellationToken);
            counts = await ValueCounts.ReadAsync(database, table, cancellationToken);
        }

        return new AdoptionSummary(counts, rows, [.. counts.SelectMany(column => LeftOf(table, column))], time.GetElapsedTime(started));

        async Task<int> ChangeAsync(BlockRange range, IReadOnlyList<FoundRow> found, CancellationToken token)
        {
            var masked = new List<VaultValue>();
            foreach (var row in found)
            {
                for (var place = 0; place < row.Values.Length; place++)
                {
                    var (field, value) = (table.Columns[place].Field, row.Values[place]);
                    row.Values[place] = adopter.Change(field, value);
                    if (vault is not null && adopter.IsRaw(value))
                    {
                        masked.Add(new VaultValue(field, row.Values[place]!, new PersonalText(value!)));
                    }
                }
            }

            if (vault is not null)
            {
                await vault.SealAsync(database, masked, token);
            }

            return await update.RunAsync(database, range, found, token);
        }
    }

    private IEnumerable<string> LeftOf(LiftTable table, ValueCounts column) => adopter.ToMask(column) == 0
        ? adopter.Problems(table.Name, column)
        : adopter.Problems(table.Name, column).Prepend(
            $"{table.Name}.{column.Column.Name} still gets values to mask, {adopter.ToMask(column)} are there: let what writes them write masks, and adopt again.");

    private async Task<LoginDbContext> OpenAsync(CancellationToken cancellationToken)
    {
        var database = await contexts.CreateDbContextAsync(cancellationToken);
        await database.Database.OpenConnectionAsync(cancellationToken);
        return database;
    }
}
