using System.Text.Json;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Refreshes domains, shows how far that is, and prints what was done.</summary>
internal static class DomainRun
{
    /// <exception cref="VerbStoppedException">It was stopped.</exception>
    public static async Task<DomainSummary> RefreshAsync(
        MaintenanceHost host, string name, bool isJson, CancellationToken cancellationToken)
    {
        var refresh = new DomainRefresh(host.Source, host.Verifier, host.Masker, host.Time);
        try
        {
            var summary = await ProgressDisplay.RunAsync(
                "refreshing",
                "rows",
                display => refresh.RunAsync(name, new Relay(name, display), cancellationToken));
            Write(summary, isJson);
            return summary;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new VerbStoppedException(
                $"stopped. The rows of domain_{name} are as they were; run 'fetch-etl domain refresh {name}' again.");
        }
    }

    private static void Write(DomainSummary summary, bool isJson)
    {
        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                DomainSummaryJson.Of(summary), DomainJson.Default.DomainSummaryJson));
            return;
        }

        var definition = summary.Definition;
        MaintenanceReport.WriteRate($"rows in {definition.Table}", summary.Rows, summary.Elapsed);
        Console.WriteLine($"Shown: logins before {DomainText.Date(summary.ShownUntil)}.");
        Line(summary.Reduced, "rows lack columns that too few users, addresses and devices share.");
        Line(summary.HiddenMasks, "masks are NULL, because too few masks are as frequent.");
        Line(summary.Withheld, "rows are left out, because too few users, addresses and devices share their form.");
        Line(summary.NotYet, "rows are of days that are not shown yet.");
        Line(summary.Undated, "rows have no date and are never shown.");

        static void Line(long count, string text)
        {
            if (count > 0)
            {
                Console.WriteLine($"{Words.Number(count)} {text}");
            }
        }
    }

    private sealed class Relay(string name, IProgress<WorkProgress> display) : IProgress<DomainProgress>
    {
        public void Report(DomainProgress value) =>
            display.Report(new WorkProgress(value.Done, value.Total, $"{name}: {value.Stage}"));
    }
}
