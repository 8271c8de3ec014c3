using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Masks the columns of an existing table in place while others go on writing. Raw values are sealed in the vault,
/// where there is one, in the transaction that masks them: afterwards they exist nowhere else. Each transaction is
/// kept: after an interruption, run it again and it continues.
/// </summary>
public sealed class Adoption
{
    private readonly LoginDataSource _source;
    private readonly StoredMasksVerifier _verifier;
    private readonly AdoptionRules _rules;
    private readonly PiiVault? _vault;
    private readonly TimeProvider _time;
    private readonly KeyedPiiMasker _masker;

    /// <summary>Prepares an adoption. Nothing is read from the database.</summary>
    /// <param name="source">The database.</param>
    /// <param name="verifier">Verifies that the keys are those of the masks in <c>user_logins</c>.</param>
    /// <param name="masker">Creates the masks.</param>
    /// <param name="options">The masker's settings: the former method and the vault.</param>
    /// <param name="hashesAreRaw">
    /// Whether values of 64 hex digits are raw values rather than masks of a former method. Must be false with
    /// <see cref="MaskingOptions.Former"/>.
    /// </param>
    /// <param name="time">The clock, for the elapsed time.</param>
    /// <exception cref="InvalidDataException">The vault's public key cannot be read.</exception>
    public Adoption(
        LoginDataSource source,
        StoredMasksVerifier verifier,
        KeyedPiiMasker masker,
        MaskingOptions options,
        bool hashesAreRaw,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(masker);
        ArgumentNullException.ThrowIfNull(options);
        _source = source;
        _verifier = verifier;
        _rules = new AdoptionRules(masker, options.Former, hashesAreRaw);
        _vault = PiiVault.Of(options);
        _time = time;
        _masker = masker;
    }

    /// <summary>
    /// The number of values in the form of a mask that are raw values. The adoption is refused where the columns hold
    /// another number, as after a first run with it.
    /// </summary>
    /// <value>Null by default: values in the form of a mask are masks, and stay.</value>
    public long? RawMaskForms { get; init; }

    /// <summary>Inspects the table and counts its values. Nothing is changed.</summary>
    /// <param name="tableName">The table's name, as SQL writes it.</param>
    /// <param name="columns">The columns, by their plain names.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>What would change, and what forbids it.</returns>
    /// <exception cref="MaskingRefusedException">The table or a column cannot be adopted at all.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<AdoptionPlan> PlanAsync(
        string tableName, IReadOnlyList<MaskedColumn> columns, CancellationToken cancellationToken)
    {
        await using var database = await OpenAsync(cancellationToken);
        var table = await MaskedTableInspection.InspectAsync(
            database, tableName, columns, _masker.MaskLength, cancellationToken);
        if (_vault is not null)
        {
            await MaskedTableInspection.RequireVaultAsync(database, "SELECT, INSERT", cancellationToken);
        }

        var counts = await ValueCounts.ReadAsync(database, table, cancellationToken);
        var problems = counts.SelectMany(column => _rules.Problems(table.Name, column, RawMaskForms is not null))
            .Concat(await LookAlikeRules.ProblemsAsync(database, table, _masker, cancellationToken));
        if (RawMaskForms is { } expected)
        {
            problems = problems.Concat(MaskForms.Problems(table.Name, MaskForms.Count(counts), expected));
        }

        var required = counts
            .Where(column => column.Empty > 0 && table.Required.Contains(column.Column))
            .Select(column => NotNull(table.Name, column));
        var warnings = await SchemaCheck.FindAsync(database.Connection, cancellationToken);
        return new AdoptionPlan(
            table, counts, counts.Sum(_rules.ToMask) + (RawMaskForms ?? 0), [.. problems, .. required], warnings);
    }

    /// <summary>Masks all values, also those that others write meanwhile, up to five walks over the table.</summary>
    /// <param name="plan">A plan without problems.</param>
    /// <param name="batchBlocks">The blocks a transaction, 1 to <see cref="MaintenanceLimits.MaxBatchBlocks"/>.</param>
    /// <param name="progress">Receives a report after each transaction.</param>
    /// <param name="cancellationToken">Ends the run between two transactions.</param>
    /// <returns>What was done and what is left.</returns>
    /// <exception cref="MaskingRefusedException">
    /// The plan has problems, the keys are not those of the other masks, or the table rejects a mask.
    /// </exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<AdoptionSummary> RunAsync(
        AdoptionPlan plan,
        int batchBlocks,
        IProgress<MaintenanceProgress> progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(progress);
        if (plan.Problems.Count > 0)
        {
            throw new MaskingRefusedException(plan.Problems);
        }

        var started = _time.GetTimestamp();
        var table = plan.Table;
        await using var database = await OpenAsync(cancellationToken);
        await _verifier.VerifyAsync(database, cancellationToken);

        var names = table.Columns.Select(column => column.Name).ToList();
        var condition = string.Join(" OR ", names.Select(_rules.Condition));
        var pass = new BlockPass(database, table.Name, names, condition, batchBlocks, table.IsPartitioned);
        var update = new MaskUpdate(table);
        var counts = plan.Counts;
        var rows = RawMaskForms is { } expected
            ? await new MaskForms(table, _masker, _vault).RunAsync(database, expected, cancellationToken)
            : 0L;
        if (rows > 0)
        {
            counts = await ValueCounts.ReadAsync(database, table, cancellationToken);
        }

        for (var number = 1; number <= MaintenanceLimits.MaxPasses && counts.Sum(_rules.ToMask) > 0; number++)
        {
            var current = number;
            rows += await pass.RunAsync(
                ChangeAsync,
                (done, total) => progress.Report(new MaintenanceProgress(table.Name, current, done, total)),
                cancellationToken);
            counts = await ValueCounts.ReadAsync(database, table, cancellationToken);
        }

        var left = counts.SelectMany(column => LeftOf(table, column));
        return new AdoptionSummary(counts, rows, [.. left], _time.GetElapsedTime(started));

        async Task<int> ChangeAsync(BlockRange range, IReadOnlyList<FoundRow> found, CancellationToken token)
        {
            var raw = Mask(table.Columns, found);
            if (_vault is not null)
            {
                await _vault.SealAsync(database, raw, token);
            }

            return await update.RunAsync(database, range, found, token);
        }
    }

    /// <summary>Changes the rows' values and returns the raw ones among them.</summary>
    private List<VaultValue> Mask(IReadOnlyList<MaskedColumn> columns, IReadOnlyList<FoundRow> rows)
    {
        var raw = new List<VaultValue>();
        foreach (var row in rows)
        {
            for (var place = 0; place < row.Values.Length; place++)
            {
                var (field, value) = (columns[place].Field, row.Values[place]);
                row.Values[place] = _rules.Change(field, value);
                if (_vault is not null && _rules.IsRaw(value))
                {
                    raw.Add(new VaultValue(field, row.Values[place]!, new PersonalText(value!)));
                }
            }
        }

        return raw;
    }

    private static string NotNull(string table, ValueCounts column) =>
        $"{table}.{column.Column.Name} is NOT NULL and holds {column.Empty} empty texts, which become NULL: ALTER " +
        $"TABLE {table} ALTER COLUMN {column.Column.Name} DROP NOT NULL.";

    private IEnumerable<string> LeftOf(MaskedTable table, ValueCounts column)
    {
        var problems = _rules.Problems(table.Name, column);
        var left = _rules.ToMask(column);
        return left == 0
            ? problems
            : problems.Prepend(
                $"{table.Name}.{column.Column.Name} still gets values to mask, {left} are there: let the process " +
                "that writes them write masks, and adopt again.");
    }

    private async Task<LoginDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        var database = _source.Create();
        await database.OpenAsync(cancellationToken);
        return database;
    }
}
