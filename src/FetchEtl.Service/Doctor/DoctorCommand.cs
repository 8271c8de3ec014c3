using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using FetchEtl.Logins;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Checks settings, queues, database, keys and clocks, and says what to do.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document instead, which docs/doctor.md describes.",
    };

    // A console shows apostrophes and arrows as they are.
    private static readonly DoctorJson Readable = new(new JsonSerializerOptions(DoctorJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static Command Create() => Verb.Create(
        "doctor",
        "Checks settings, credentials, queues, payload buckets, rights, database, keys and clocks, and changes "
        + "nothing. Exit code 1: something is wrong.",
        RunAsync,
        Json).WithExamples("fetch-etl doctor", "fetch-etl doctor --Sqs:QueueName=login-queue --json");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        using var host = new DoctorHost(settings);
        if (parsed.GetValue(Json))
        {
            var document = await RunAsync(host, static _ => { }, cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(DoctorDocument.Of(document), Readable.DoctorDocument));
            return document.ExitCode;
        }

        var report = await RunAsync(host, Show, cancellationToken);
        var sqs = new SqsSettings();
        SettingsReader.Read(host.Configuration.GetSection(SqsSettings.Section), sqs);
        foreach (var line in DoctorText.Summary(report, sqs.WaitTimeSeconds, AnsiConsole.Profile.Width))
        {
            AnsiConsole.Write(new Text($"{line}\n"));
        }

        return report.ExitCode;
    }

    private static Task<DoctorReport> RunAsync(
        DoctorHost host, Action<SectionResult> show, CancellationToken cancellationToken) => DoctorRun.RunAsync(
            host,
            TimeProvider.System,
            new CallLimit(TimeProvider.System, DoctorRun.CallTime),
            show,
            cancellationToken);

    private static void Show(SectionResult section)
    {
        foreach (var (text, status) in DoctorText.Lines(section, AnsiConsole.Profile.Width))
        {
            AnsiConsole.Write(new Text($"{text}\n", Style(status)));
        }
    }

    private static Style Style(CheckStatus? status) => status switch
    {
        null => new Style(decoration: Decoration.Bold),
        CheckStatus.Error => new Style(Color.Red),
        CheckStatus.Warning => new Style(Color.Yellow),
        CheckStatus.Skipped => new Style(Color.Grey),
        _ => Spectre.Console.Style.Plain,
    };
}
