using System.Globalization;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>A drain's summary as a table.</summary>
internal static class DrainReport
{
    public static void Write(DrainSummary summary)
    {
        var table = new Table().Border(TableBorder.Rounded).HideHeaders()
            .AddColumn("what").AddColumn(new TableColumn("count").RightAligned());
        table.AddRow("received", Count(summary.Received));
        table.AddRow("rows written", Count(summary.Written));
        table.AddRow("duplicates", Count(summary.Duplicates));
        table.AddRow("dead letters", Count(summary.DeadLettered));
        table.AddRow("returned to the queue", Count(summary.Returned));
        table.AddRow("statements", Count(summary.Statements));
        table.AddRow("time", Words.Duration(TimeSpan.FromSeconds(summary.Seconds)));
        table.AddRow("messages a second", Count(summary.MessagesPerSecond));
        table.AddRow("SQS calls", Count(summary.TotalApiCalls));
        AnsiConsole.Write(table);
    }

    private static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
