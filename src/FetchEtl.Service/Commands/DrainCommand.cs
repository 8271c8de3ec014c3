using System.CommandLine;
using System.Text.Json;
using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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
        var showsBar = !parsed.GetValue(Json) && !Console.IsOutputRedirected;
        using var host = ServiceHost.CreateDrain(settings, showsBar ? QuietLog : null).BuildValidated();
        termination.LimitBy(host);
        await RequireTableAsync(host, cancellationToken);

        var (summary, left, isEmpty) = parsed.GetValue(Json)
            ? await new Drainer(host).RunAsync(cancellationToken)
            : await DrainProgressBar.RunAsync(progress => new Drainer(host, progress).RunAsync(cancellationToken));

        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(summary, DrainJson.Default.DrainSummary));
        }
        else
        {
            DrainReport.Write(summary);
        }

        if (isEmpty && left is null or { Total: 0 })
        {
            return Verb.Succeeded;
        }

        StandardError.WriteLine(
            cancellationToken.IsCancellationRequested
                ? $"fetch-etl: stopped before the queue was empty: {left?.ToString() ?? "its counts cannot be read"}."
                : left is { Total: > 0 }
                    ? $"fetch-etl: messages are left on the queue: {left}. Another consumer holds them, or they fail "
                        + "at every attempt; see the log."
                    : "fetch-etl: messages may be left on the queue: SQS answered no receive that would show it "
                        + "empty; see the log.");
        return Verb.LeftBehind;
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
