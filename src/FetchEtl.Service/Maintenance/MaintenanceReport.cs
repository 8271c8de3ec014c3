using System.Globalization;
using FetchEtl.Logins;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Prints what columns hold, before and after.</summary>
internal static class LiftReport
{
    /// <summary>What columns hold now.</summary>
    public static void Write(IReadOnlyList<ValueCounts> counts)
    {
        var table = NewTable("column", "holds").AddColumn(new TableColumn("rows").RightAligned());
        foreach (var column in counts)
        {
            foreach (var (what, count) in Kinds(column).Where(kind => kind.Count > 0))
            {
                table.AddRow(Name(column.Column), what, Number(count));
            }
        }

        AnsiConsole.Write(table);
    }

    public static void Write(IReadOnlyList<ValueCounts> before, IReadOnlyList<ValueCounts> after, IReadOnlyList<ValuesKept> values)
    {
        var table = NewTable("column", "holds").AddColumn(new TableColumn("before").RightAligned()).AddColumn(new TableColumn("after").RightAligned());
        foreach (var (was, column) in before.Zip(after))
        {
            var present = Kinds(column).ToDictionary(kind => kind.What, kind => kind.Count);
            var past = Kinds(was).ToDictionary(kind => kind.What, kind => kind.Count);
            foreach (var what in past.Keys.Union(present.Keys))
            {
                var (then, now) = (past.GetValueOrDefault(what), present.GetValueOrDefault(what));
                if (then + now > 0)
                {
                    table.AddRow(Name(column.Column), what, Number(then), Number(now));
                }
            }

            if (values.FirstOrDefault(x => x.Column == column.Column) is { } kept)
            {
                table.AddRow(Name(column.Column), $"different values ({Number(kept.Kept)} of before are there)", Number(kept.Before), Number(kept.After));
            }
        }

        AnsiConsole.Write(table);
    }

    public static void WriteRate(string what, long rows, TimeSpan elapsed) => AnsiConsole.WriteLine(
        $"{Number(rows)} {what} in {elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s, {Number((long)(rows / Math.Max(0.001, elapsed.TotalSeconds)))} a second.");

    private static IEnumerable<(string What, long Count)> Kinds(ValueCounts column) =>
    [
        .. column.Generations.OrderBy(x => x.Key).Select(x => ($"masks of generation {x.Key}", x.Value)),
        ("64 hex digits", column.Hashes),
        ("other values", column.Raw),
        ("empty texts", column.Empty),
        ("NULL", column.Nulls),
    ];

    private static Table NewTable(params string[] columns) => new Table().Border(TableBorder.Rounded).AddColumns(columns);

    private static string Name(LiftColumn column) => Markup.Escape(column.Name);

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
