using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>Brings Parquet files, for Spark and its like, to what the table holds.</summary>
internal static class ExportCommand
{
    private const int ManyDeviceTypes = 100;

    private static readonly Option<string> To = new("--to")
    {
        Description = "The folder, or s3://bucket/prefix.",
        Required = true,
    };

    private static readonly Option<DateOnly?> Since = new("--since")
    {
        Description = "The first create_date to compare, as 2026-01-31. Files of earlier days stay as they are.",
    };

    private static readonly Option<DateOnly?> Until = new("--until")
    {
        Description = "The last create_date to compare. Files of later days stay as they are.",
    };

    private static readonly Option<bool> AllowEmpty = new("--allow-empty")
    {
        Description = "Remove all files of these days where the table has no rows of them at all.",
    };

    private static readonly Option<bool> DropDays = new("--drop-days")
    {
        Description = "Remove the files of days whose partitions user_logins no longer has. They may be the only copy.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the result as JSON." };

    public static Command Create() => Verb.Create(
        "export",
        "Writes user_logins as Parquet files in Hive's layout, for Spark, Trino, Athena and DuckDB. A second run "
        + "writes the days that changed, and removes deleted rows. Masks stay as stored.",
        RunAsync,
        To, Since, Until, AllowEmpty, DropDays, Json).WithExamples(
        "fetch-etl export --to /data/logins",
        "fetch-etl export --to s3://lake/logins --since 2026-11-01 --json");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var configuration = ServiceHost.Create(settings).Configuration;
        var plan = PlanOf(parsed, configuration);
        var database = DatabaseSetting.Read(configuration);
        var to = parsed.GetValue(To)!;
        await using var store = Open(to, configuration);
        var summary = await ExportAsync(
            new LakeExport(() => DatabaseSetting.Open(database), store, TimeProvider.System),
            plan,
            to,
            cancellationToken);
        Write(summary, store.Name, parsed.GetValue(Json));
        return Verb.Succeeded;
    }

    private static LakeExportPlan PlanOf(ParseResult parsed, ConfigurationManager configuration)
    {
        var versions = new AppVersionOptions();
        var problems = new List<string>(SettingsReader.Read(configuration.GetSection("AppVersion"), versions));
        var plan = new LakeExportPlan
        {
            Since = parsed.GetValue(Since),
            Until = parsed.GetValue(Until),
            AllowsEmpty = parsed.GetValue(AllowEmpty),
            DropsDays = parsed.GetValue(DropDays),
            AppVersionEncoding = versions.Encoding.ToString(),
        };
        if (plan.Since > plan.Until)
        {
            problems.Add("--since must not be after --until.");
        }

        return problems.Count == 0 ? plan : throw new UsageException(problems);
    }

    private static ILakeStore Open(string to, ConfigurationManager configuration)
    {
        if (to.StartsWith("s3:", StringComparison.OrdinalIgnoreCase))
        {
            return S3LakeStore.Create(to, configuration, Environment.GetEnvironmentVariable);
        }

        return to.Contains("://", StringComparison.Ordinal) || to.Length == 0
            ? throw new UsageException("--to must be a folder, or s3://bucket/prefix.")
            : new DirectoryLakeStore(to);
    }

    private static async Task<LakeExportSummary> ExportAsync(
        LakeExport export, LakeExportPlan plan, string to, CancellationToken cancellationToken)
    {
        try
        {
            return await DatabaseWork.RunAsync(
                () => ProgressDisplay.RunAsync("export", "rows", display =>
                    export.RunAsync(plan, new Progress(display), cancellationToken)),
                "grant it SELECT on user_logins, all columns",
                () => $"stopped before the end. The files that are there are whole; run '{Line(to, plan)}' again for "
                    + "the rest.",
                cancellationToken);
        }
        catch (LakeException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    /// <summary>The line that runs the same export again: without its limits it could remove more.</summary>
    internal static string Line(string to, LakeExportPlan plan) => string.Concat(
        $"fetch-etl export --to {to}",
        plan.Since is { } since ? $" --since {LakeDate(since)}" : "",
        plan.Until is { } until ? $" --until {LakeDate(until)}" : "",
        plan.AllowsEmpty ? " --allow-empty" : "",
        plan.DropsDays ? " --drop-days" : "");

    private static string LakeDate(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void Write(LakeExportSummary summary, string place, bool isJson)
    {
        if (summary.ForeignFiles > 0)
        {
            Warnings.Write(
                $"{place} has {Words.Count(summary.ForeignFiles, "file")} that no export wrote, and readers that list "
                + "files may read them as logins. Remedy: move them away");
        }

        if (summary.DeviceTypes > ManyDeviceTypes)
        {
            Warnings.Write(
                $"{Words.Number(summary.DeviceTypes)} device types make as many files a day, which readers open one "
                + "by one. Remedy: find who sends them; a device type is any text that a producer chooses");
        }

        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(summary, ExportJson.Default.LakeExportSummary));
            return;
        }

        Console.WriteLine(summary is { FilesWritten: 0, FilesRemoved: 0 }
            ? $"{Words.Count(summary.DaysCompared, "day")} compared, nothing changed."
            : $"{Words.Count(summary.DaysCompared, "day")} compared, {Words.Number(summary.DaysWritten)} written, "
                + $"{Words.Number(summary.DaysRemoved)} removed: {Words.Count(summary.RowsWritten, "row")} in "
                + $"{Words.Count(summary.FilesWritten, "file")}, {Words.Count(summary.FilesRemoved, "file")} removed.");
        if (summary.DaysKept > 0)
        {
            Console.WriteLine(
                $"{Words.Count(summary.DaysKept, "day")} kept that user_logins no longer has partitions for; "
                + "--drop-days removes them.");
        }

        Console.WriteLine(
            $"The lake has {Words.Count(summary.Rows, "row")} in {Words.Count(summary.Files, "file")}, "
            + $"{Words.Bytes(summary.Bytes)}.");
    }

    private sealed class Progress(IProgress<WorkProgress> display) : IProgress<LakeExportProgress>
    {
        public void Report(LakeExportProgress value) =>
            display.Report(new WorkProgress(value.Done, value.Total, value.Stage));
    }
}
