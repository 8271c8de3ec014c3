using System.CommandLine;
using System.Text.Json;
using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

internal static class DrainCommand
{
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the summary as one line of JSON.",
    };

    // A line for each dead letter would break the progress bar; the summary counts them.
    private static readonly Dictionary<string, string?> QuietLog = new()
    {
        ["Logging:LogLevel:FetchEtl"] = "Error",
        [$"Logging:LogLevel:{typeof(StoredMasksVerifier).FullName}"] = "Warning",
    };

    public static Command Create(Termination termination) => Verb.Create(
        "drain",
        "Moves logins until the queue is empty, then ends. Exit code 3: messages are left on the queue.",
        (parsed, settings, cancellationToken) => RunAsync(parsed, settings, termination, cancellationToken),
        Json);

    private static async Task<int> RunAsync(
        ParseResult parsed,
        string[] settings,
        Termination termination,
        CancellationToken cancellationToken)
    {
        var showsBar = !parsed.GetValue(Json) && ProgressDisplay.IsShown;
        using var host = ServiceHost.CreateDrain(settings, showsBar ? QuietLog : null).BuildValidated();
        termination.LimitBy(host);
        await RequireTableAsync(host, cancellationToken);

        var obstacles = DrainObstacles.Watch(host.Services);
        var result = parsed.GetValue(Json)
            ? await new Drainer(host, progress: null, obstacles).RunAsync(cancellationToken)
            : await DrainProgressBar.RunAsync(
                progress => new Drainer(host, progress, obstacles).RunAsync(cancellationToken));

        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(result.Summary, DrainJson.Default.DrainSummary));
        }
        else
        {
            DrainReport.Write(result.Summary);
        }

        var queue = host.Services.GetRequiredService<IOptions<SqsSettings>>().Value.QueueName;
        var ending = DrainEnding.Describe(result, queue, cancellationToken.IsCancellationRequested);
        foreach (var line in ending)
        {
            StandardError.WriteLine($"fetch-etl: {line}");
        }

        return ending.Count == 0 ? Verb.Succeeded : Verb.LeftBehind;
    }

    /// <summary>Checks that the table exists: without it a drain would hold leases and write nothing.</summary>
    private static async Task RequireTableAsync(IHost host, CancellationToken cancellationToken)
    {
        await using var database = await host
            .Services.GetRequiredService<IDbContextFactory<LoginDbContext>>()
            .CreateDbContextAsync(cancellationToken);
        _ = await database.UserLogins.Select(x => x.MessageId).FirstOrDefaultAsync(cancellationToken);
    }
}
