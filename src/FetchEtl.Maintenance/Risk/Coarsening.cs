namespace FetchEtl.Maintenance;

/// <summary>What can be done to the quasi-identifiers, singly and in pairs, and which k it gives.</summary>
internal static class Coarsening
{
    private const string LeftOut = "none";
    private const int MinorUnit = 1_000;
    private const int MajorUnit = 1_000_000;

    /// <summary>
    /// 2000-01-01, from which days are counted, was a Saturday; weeks begin on Monday, as in PostgreSQL.
    /// </summary>
    private const int FirstMonday = 2;

    /// <summary>Lists the coarser forms of a column.</summary>
    /// <returns>Each form with the column; null where the column is left out.</returns>
    public static IReadOnlyList<(RiskChange Change, RiskColumn? Column)> Of(RiskTableColumn column, RiskColumn values)
    {
        (RiskChange, RiskColumn?) leftOut = (new RiskChange(column.Name, LeftOut), null);
        return column.Kind switch
        {
            RiskColumnKind.Date => [To("week", Week), To("month", Month), leftOut],
            RiskColumnKind.Version =>
                [To("minor", code => code / MinorUnit), To("major", code => code / MajorUnit), leftOut],
            _ => [leftOut],
        };

        (RiskChange, RiskColumn?) To(string form, Func<long, long> map) =>
            (new RiskChange(column.Name, form), values.Coarsen(map));
    }

    /// <summary>Measures all changes of one column or two, best first.</summary>
    /// <param name="quasi">The quasi-identifiers.</param>
    /// <param name="forms">The coarser forms of each.</param>
    /// <param name="person">The person of each row.</param>
    /// <param name="minK">The wanted k.</param>
    /// <param name="cancellationToken">Ends it between two measurements.</param>
    public static IReadOnlyList<RiskSuggestion> Measure(
        IReadOnlyList<RiskColumn> quasi,
        IReadOnlyList<IReadOnlyList<(RiskChange Change, RiskColumn? Column)>> forms,
        RiskColumn person,
        int minK,
        CancellationToken cancellationToken)
    {
        var sets = Sets(forms).ToList();
        var found = new RiskSuggestion[sets.Count];
        var options = new ParallelOptions
        {
            CancellationToken = cancellationToken,
            MaxDegreeOfParallelism = Environment.ProcessorCount,
        };
        Parallel.For(0, sets.Count, options, set => found[set] = Measure(quasi, sets[set], forms, person, minK));
        return
        [
            .. found.OrderByDescending(suggestion => suggestion.ReachesMinK)
                .ThenBy(suggestion => suggestion.ReachesMinK ? suggestion.Changes.Count : suggestion.RowsBelow)
                .ThenByDescending(suggestion => suggestion.Classes)
                .ThenBy(suggestion => suggestion.Changes.Count),
        ];
    }

    private static RiskSuggestion Measure(
        IReadOnlyList<RiskColumn> quasi,
        IReadOnlyList<(int Column, int Form)> set,
        IReadOnlyList<IReadOnlyList<(RiskChange Change, RiskColumn? Column)>> forms,
        RiskColumn person,
        int minK)
    {
        var columns = quasi.ToArray<RiskColumn?>();
        foreach (var (column, form) in set)
        {
            columns[column] = forms[column][form].Column;
        }

        var classes = RecordClasses.Of([.. columns.OfType<RiskColumn>()], person, minK);
        return new RiskSuggestion(
            [.. set.Select(place => forms[place.Column][place.Form].Change)],
            classes.Smallest >= minK,
            classes.Smallest,
            classes.Count,
            (double)classes.RecordsBelow(minK) / classes.Records,
            classes.RowsBelow);
    }

    private static IEnumerable<IReadOnlyList<(int Column, int Form)>> Sets(
        IReadOnlyList<IReadOnlyList<(RiskChange Change, RiskColumn? Column)>> forms)
    {
        var all = forms.SelectMany((list, column) => list.Select((_, form) => (Column: column, Form: form))).ToList();
        foreach (var one in all)
        {
            yield return [one];
            foreach (var other in all.Where(other => other.Column > one.Column))
            {
                yield return [one, other];
            }
        }
    }

    private static long Week(long day) => (long)Math.Floor((day - FirstMonday) / 7.0);

    /// <summary>Days outside of .NET's calendar stay as they are, far from any month's number.</summary>
    private static long Month(long day)
    {
        var number = RiskTable.FirstDay.DayNumber + day;
        if (number < 0 || number > DateOnly.MaxValue.DayNumber)
        {
            return day;
        }

        var date = DateOnly.FromDayNumber((int)number);
        return (date.Year * 12) + date.Month;
    }
}
