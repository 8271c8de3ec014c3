using System.CommandLine;
using System.Text.Json;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Measures how well the table hides its people, and suggests what to coarsen.</summary>
internal static class RiskCommand
{
    private static readonly RiskArguments Arguments = new();

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document instead, which docs/risk.md describes.",
    };

    private static readonly Option<string?> Html = new("--html")
    {
        Description = "Write the report as one HTML page to this file, too.",
    };

    public static Command Create() => Verb.Create(
        "risk",
        "Measures how well the table hides its people: k-anonymity, l-diversity, risks of re-identification, "
        + "frequencies of equal masks; suggests coarser columns. Reads only. Exit code 3: k misses --min-k.",
        RunAsync,
        Arguments.Quasi, Arguments.MinK, Arguments.Person, Arguments.Sensitive, Arguments.Table, Arguments.Since,
        Arguments.Until, Arguments.Population, Arguments.OracleRate, Arguments.MaxRows, Json, Html).WithExamples(
        "fetch-etl risk --min-k 5",
        "fetch-etl risk --quasi locale,create_date --since 2026-01-01 --json",
        "fetch-etl risk --html risk.html");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        PageFile.Check(parsed.GetValue(Html));
        var configuration = ServiceHost.Create(settings).Configuration;
        var plan = Arguments.Check(parsed, configuration);
        await using var database = DatabaseSetting.Open(DatabaseSetting.Read(configuration));
        var report = await AnalyzeAsync(database, plan, cancellationToken);
        if (parsed.GetValue(Html) is { } file)
        {
            var page = RiskPage.Render(report, TimeProvider.System.GetUtcNow());
            await File.WriteAllTextAsync(file, page, cancellationToken);
        }

        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(report, RiskJson.Default.RiskReport));
        }
        else
        {
            RiskText.Write(AnsiConsole.Console, report);
        }

        if (parsed.GetValue(Arguments.MinK) is null || report.ReachesMinK)
        {
            return Verb.Succeeded;
        }

        if (report.MixedGenerations is [var mixed, ..])
        {
            StandardError.WriteLine(
                $"fetch-etl: {mixed.Column} has masks of several generations, so k is too high and --min-k does not "
                + "pass. Remedy: run 'fetch-etl rekey' first.");
            return Verb.LeftBehind;
        }

        StandardError.WriteLine($"fetch-etl: k is {report.Classes.K}, and --min-k asks for {report.MinK}.");
        return Verb.LeftBehind;
    }

    private static Task<RiskReport> AnalyzeAsync(
        LoginDatabase database, RiskPlan plan, CancellationToken cancellationToken) => DatabaseWork.RunAsync(
        () => ProgressDisplay.RunAsync("risk", "rows", display =>
            new RiskAnalysis(database).RunAsync(plan, new Progress(display), cancellationToken)),
        $"grant it SELECT on {plan.Table}",
        () => DatabaseWork.NothingChanged,
        cancellationToken);

    private sealed class Progress(IProgress<WorkProgress> display) : IProgress<RiskProgress>
    {
        public void Report(RiskProgress value) =>
            display.Report(new WorkProgress(value.Done, value.Total, value.Stage));
    }
}
