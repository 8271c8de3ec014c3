using System.Data;
using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Measures how well the people of a table are hidden from somebody who knows a few columns of their logins. It reads
/// the table once, as of one moment, in a transaction that cannot write, and needs SELECT only. Values reach this
/// process as hashes, dates and codes of versions.
/// </summary>
/// <param name="database">A session of its own.</param>
public sealed class RiskAnalysis(LoginDatabase database)
{
    private static readonly (int From, int? To)[] SizeRanges =
        [(1, 1), (2, 2), (3, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, 999), (1000, null)];

    /// <summary>Reads the table and measures it.</summary>
    /// <param name="plan">What to measure.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancellationToken">Ends the work, which changes nothing.</param>
    /// <returns>The report.</returns>
    /// <exception cref="MaskingRefusedException">
    /// The table or a column does not exist or cannot be read, or there is no row, or there are too many.
    /// </exception>
    public async Task<RiskReport> RunAsync(
        RiskPlan plan, IProgress<RiskProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(progress);
        await using var transaction = await database.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        await database.ExecuteAsync("SET TRANSACTION READ ONLY", cancellationToken);
        var table = await RiskTable.InspectAsync(database, plan, cancellationToken);
        plan = plan with { Sensitive = plan.Sensitive ?? SensitiveOf(plan, table) };
        if (Problems(plan, table).ToList() is { Count: > 0 } problems)
        {
            throw new MaskingRefusedException(problems);
        }

        var rows = await CountAsync(plan, table, cancellationToken);
        var readable = table.Columns.Where(column => column.IsReadable).ToList();
        var columns = await table.ReadAsync(
            database,
            readable,
            plan,
            rows,
            (done, total) => progress.Report(new RiskProgress("reading", done, total)),
            cancellationToken);
        var compared = plan.Sensitive.Append(plan.Person).ToHashSet(StringComparer.Ordinal);
        var mixed = await table.FindMixedGenerationsAsync(
            database, [.. readable.Where(column => compared.Contains(column.Name))], plan, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        progress.Report(new RiskProgress("measuring", rows, null));
        return await Task.Run(
            () => Measure(plan, table, columns, rows, cancellationToken) with { MixedGenerations = mixed },
            cancellationToken);
    }

    private static RiskReport Measure(
        RiskPlan plan,
        RiskTable table,
        IReadOnlyDictionary<string, RiskColumn> columns,
        int rows,
        CancellationToken cancellationToken)
    {
        var person = plan.Person is null ? RiskColumn.OfRows(rows) : columns[plan.Person];
        var quasi = plan.Quasi.Select(name => columns[name]).ToList();
        var classes = RecordClasses.Of(quasi, person, plan.MinK);
        var people = person.Values.Length - (person.HasNull ? 1 : 0);
        var share = plan.Population is { } population ? Math.Max(1, (double)population / Math.Max(1, people)) : 1;

        // One column stands for the quasi-identifiers where another one is added to them.
        var joined = RecordKeys.Join(quasi, rows);
        return new RiskReport(
            1,
            table.Name,
            plan.Since,
            plan.Until,
            plan.Quasi,
            plan.Person,
            plan.MinK,
            rows,
            person.HasNull ? person.Codes.LongCount(code => code == 0) : 0,
            people,
            Summary(classes, plan.MinK),
            AttackMeasure.Prosecutor(classes, plan.MinK),
            AttackMeasure.Journalist(classes, plan.MinK, share),
            AttackMeasure.Marketer(classes, share),
            Each(plan.Sensitive!, name => DiversityMeasure.Of(name, joined, columns[name], person), cancellationToken),
            Each(
                [.. columns.Keys.Except(plan.Quasi, StringComparer.Ordinal)],
                name => WithColumn(name, RecordClasses.Of([joined, columns[name]], person, plan.MinK), plan.MinK),
                cancellationToken),
            Each(
                [.. PiiFields.All.Select(field => field.Column()).Where(columns.ContainsKey)],
                name => FrequencyMeasure.Of(name, columns[name]),
                cancellationToken),
            RiskOracle.Of(plan.OracleRate),
            Coarsening.Measure(
                quasi,
                [.. plan.Quasi.Select(name => Coarsening.Of(table.Find(name)!, columns[name]))],
                person,
                plan.MinK,
                cancellationToken));
    }

    private static IReadOnlyList<T> Each<T>(
        IReadOnlyList<string> names, Func<string, T> measure, CancellationToken cancellationToken) =>
    [
        .. names.Select(name =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return measure(name);
        }),
    ];

    private static RiskClasses Summary(RecordClasses classes, int minK) => new(
        classes.Smallest,
        classes.SmallestRows,
        classes.Count,
        classes.Records,
        classes.Largest,
        classes.RecordsBelow(2),
        classes.RecordsBelow(minK),
        classes.PeopleBelow,
        classes.RowsBelow,
        [
            .. SizeRanges.Select(range =>
            {
                var to = range.To ?? int.MaxValue;
                var sizes = classes.Sizes.Where(size => size.Key >= range.From && size.Key <= to).ToList();
                return new RiskSizes(
                    range.From, range.To, sizes.Sum(size => size.Value), sizes.Sum(size => size.Key * size.Value));
            }),
        ]);

    private static RiskWithColumn WithColumn(string name, RecordClasses classes, int minK) => new(
        name,
        (double)classes.RecordsBelow(2) / classes.Records,
        (double)classes.RecordsBelow(minK) / classes.Records);

    private static IReadOnlyList<string> SensitiveOf(RiskPlan plan, RiskTable table) =>
    [
        .. RiskPlan.DefaultSensitive.Where(name =>
            table.Find(name) is not null && !plan.Quasi.Contains(name) && plan.Person != name),
    ];

    private static IEnumerable<string> Problems(RiskPlan plan, RiskTable table)
    {
        foreach (var name in plan.Quasi.Concat(plan.Sensitive!).Append(plan.Person).OfType<string>().Distinct())
        {
            var column = table.Columns.FirstOrDefault(column => column.Name == name);
            if (column is null)
            {
                yield return $"{table.Name} has no column {name}: its columns are " +
                    $"{string.Join(", ", table.Columns.Select(known => known.Name))}.";
            }
            else if (!column.IsReadable)
            {
                yield return $"The role may not read {table.Name}.{column.Quoted}: GRANT SELECT ({column.Quoted}) ON " +
                    $"{table.Name} to it.";
            }
        }

        foreach (var problem in table.ProblemsOfDates(plan))
        {
            yield return problem;
        }
    }

    private async Task<int> CountAsync(RiskPlan plan, RiskTable table, CancellationToken cancellationToken)
    {
        var rows = await table.CountAsync(database, plan, cancellationToken);
        return rows switch
        {
            0 => throw new MaskingRefusedException(
                [$"{table.Name} has no rows of these dates: there is nothing to measure."]),
            _ when rows > plan.MaxRows => throw new MaskingRefusedException(
            [
                $"{table.Name} has {rows} rows of these dates, and {plan.MaxRows} are allowed: measure a period by " +
                "--since and --until, or allow more by --max-rows, at about 150 bytes of memory each.",
            ]),
            _ => (int)rows,
        };
    }
}
