using FetchEtl.Maintenance;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Prints the kinds of values in columns, before and after a run.</summary>
internal static class MaintenanceReport
{
    /// <summary>Prints how many values of each kind the columns hold.</summary>
    public static void Write(IReadOnlyList<ValueCounts> counts)
    {
        var table = NewTable("column", "holds").AddColumn(new TableColumn("rows").RightAligned());
        foreach (var column in counts)
        {
            foreach (var (kind, count) in Kinds(column).Where(x => x.Count > 0))
            {
                table.AddRow(Name(column.Column), kind, Words.Number(count));
            }
        }

        AnsiConsole.Write(table);
    }

    /// <summary>
    /// Prints how many values of each kind the columns held before and hold now, and how many distinct values are kept.
    /// </summary>
    public static void Write(
        IReadOnlyList<ValueCounts> before, IReadOnlyList<ValueCounts> after, IReadOnlyList<ValuesKept> values)
    {
        var table = NewTable("column", "holds")
            .AddColumn(new TableColumn("before").RightAligned())
            .AddColumn(new TableColumn("after").RightAligned());
        foreach (var (was, column) in before.Zip(after))
        {
            var present = Kinds(column).ToDictionary(x => x.Kind, x => x.Count);
            var past = Kinds(was).ToDictionary(x => x.Kind, x => x.Count);
            foreach (var kind in past.Keys.Union(present.Keys))
            {
                var (then, now) = (past.GetValueOrDefault(kind), present.GetValueOrDefault(kind));
                if (then + now > 0)
                {
                    table.AddRow(Name(column.Column), kind, Words.Number(then), Words.Number(now));
                }
            }

            if (values.FirstOrDefault(x => x.Column == column.Column) is { } kept)
            {
                table.AddRow(
                    Name(column.Column),
                    $"distinct values ({Words.Number(kept.Kept)} kept)",
                    Words.Number(kept.Before),
                    Words.Number(kept.After));
            }
        }

        AnsiConsole.Write(table);
    }

    public static void WriteRate(string what, long rows, TimeSpan elapsed)
    {
        var rate = Words.Number((long)(rows / Math.Max(0.001, elapsed.TotalSeconds)));
        Console.WriteLine($"{Words.Number(rows)} {what} in {Words.Duration(elapsed)}, {rate} a second.");
    }

    private static IEnumerable<(string Kind, long Count)> Kinds(ValueCounts column) =>
    [
        .. column.Generations.OrderBy(x => x.Key).Select(x => ($"masks of generation {x.Key}", x.Value)),
        .. column.LookAlikes.OrderBy(x => x.Key).Select(x => ($"look-alike masks of generation {x.Key}", x.Value)),
        ("64 hex digits", column.Hashes),
        ("other values", column.Raw),
        ("empty texts", column.Empty),
        ("NULL", column.Nulls),
    ];

    private static Table NewTable(params string[] columns) =>
        new Table().Border(TableBorder.Rounded).AddColumns(columns);

    private static string Name(MaskedColumn column) => Markup.Escape(column.Name);
}
