using FetchEtl.Maintenance;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Prints a risk report for people.</summary>
internal static class RiskText
{
    /// <summary>Longer texts of the first column are broken.</summary>
    private const int NameLength = 24;

    public static void Write(IAnsiConsole console, RiskReport report)
    {
        Say(console, RiskSections.Subject(report));
        Say(console, RiskSections.Verdict(report));
        foreach (var section in RiskSections.Of(report).Where(section => section.Rows.Count > 0))
        {
            Say(console, string.Empty);
            console.Write(Table(section));
            Say(console, section.Note);
        }

        Say(console, string.Empty);
        Say(console, RiskSections.Advice(report));
        Say(console, RiskSections.Oracle(report.Oracle));
    }

    private static Table Table(RiskSection section)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(section.Title));
        for (var column = 0; column < section.Headers.Count; column++)
        {
            var head = new TableColumn(Markup.Escape(section.Headers[column]));
            head.NoWrap = column == 0 && section.Rows.All(row => row[0].Length <= NameLength);
            table.AddColumn(column == 0 ? head : head.RightAligned());
        }

        foreach (var row in section.Rows)
        {
            table.AddRow([.. row.Select(text => Markup.Escape(PrintableText.Of(text)))]);
        }

        return table;
    }

    private static void Say(IAnsiConsole console, string line) =>
        console.Write(new Text($"{PrintableText.Of(line)}\n"));
}
