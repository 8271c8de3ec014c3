using System.CommandLine;
using System.Text.Json;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Reports what a period's logins add up to.</summary>
internal static class ReportCommand
{
    private static readonly ReportArguments Arguments = new();

    public static Command Create() => Verb.Create(
        "report",
        "Reports a period's logins: totals, days, device types, locales, versions, repeated devices and addresses, "
        + "dead letters by reason. Names no group of fewer people than --min-k. Reads only.",
        RunAsync,
        Arguments.Since, Arguments.Until, Arguments.MinK, Arguments.Top, Arguments.Json, Arguments.Csv, Arguments.Html,
        Arguments.NoDeadLetters).WithExamples(
        "fetch-etl report",
        "fetch-etl report --since 2026-01-01 --until 2026-01-31 --html january.html",
        "fetch-etl report --csv --no-dead-letters > logins.csv");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        PageFile.Check(parsed.GetValue(Arguments.Html));
        var configuration = ServiceHost.Create(settings).Configuration;
        var now = TimeProvider.System.GetUtcNow();
        var plan = Arguments.Check(parsed, configuration, DateOnly.FromDateTime(now.UtcDateTime));
        await using var database = DatabaseSetting.Open(DatabaseSetting.Read(configuration));
        var report = await CountAsync(database, plan, cancellationToken);
        if (!parsed.GetValue(Arguments.NoDeadLetters))
        {
            report = report with { DeadLetters = await ReportLetterCount.ReadAsync(settings, plan, cancellationToken) };
        }

        if (parsed.GetValue(Arguments.Html) is { } file)
        {
            await File.WriteAllTextAsync(file, ReportPage.Render(report, now), cancellationToken);
        }

        if (parsed.GetValue(Arguments.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(report, ReportJson.Default.LoginReport));
        }
        else if (parsed.GetValue(Arguments.Csv))
        {
            Console.Write(ReportCsv.Of(report));
        }
        else
        {
            ReportText.Write(AnsiConsole.Console, report, now);
        }

        return Verb.Succeeded;
    }

    private static Task<LoginReport> CountAsync(
        LoginDatabase database, ReportPlan plan, CancellationToken cancellationToken) => DatabaseWork.RunAsync(
        () => ProgressDisplay.RunAsync("counting", "parts", display =>
            new LoginReporting(database).RunAsync(plan, new Progress(display), cancellationToken)),
        "grant it SELECT on user_id, device_type, masked_ip, masked_device_id, locale, app_version and create_date of "
            + "user_logins",
        () => DatabaseWork.NothingChanged,
        cancellationToken);

    private sealed class Progress(IProgress<WorkProgress> display) : IProgress<ReportProgress>
    {
        public void Report(ReportProgress value) => display.Report(new WorkProgress(value.Done, value.Total));
    }
}
