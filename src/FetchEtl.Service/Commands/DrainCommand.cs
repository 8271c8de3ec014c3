using System.CommandLine;
using System.Text.Json;
using FetchEtl.Logins;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Service;

internal static class DrainCommand
{
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the summary as one line of JSON.",
    };

    // Lines of the log would break the progress bar; the summary and the last lines say what happened.
    private static readonly Dictionary<string, string?> QuietLog = new()
    {
        ["Logging:LogLevel:FetchEtl"] = "Error",
        [$"Logging:LogLevel:{typeof(StoredMasksVerifier).FullName}"] = "Warning",
    };

    public static Command Create(Termination termination) => Verb.Create(
        "drain",
        "Moves logins until the queue is empty, then ends. Exit code 3: messages are left on the queue.",
        (parsed, settings, cancellationToken) => RunAsync(parsed, settings, termination, cancellationToken),
        Json)
        .WithExamples("fetch-etl drain", "fetch-etl drain --json --Sqs:QueueName=login-queue")
        .WithLoggedFailures();

    private static async Task<int> RunAsync(
        ParseResult parsed,
        string[] settings,
        Termination termination,
        CancellationToken cancellationToken)
    {
        var (queue, result) = ("the queue", DrainResult.Nothing);
        var isJson = FailureLog.IsJson(settings);
        try
        {
            using var host = ServiceHost.CreateDrain(settings, ProgressDisplay.IsShown && !isJson ? QuietLog : null)
                .BuildValidated(cancellationToken);
            termination.LimitBy(host);
            queue = host.Services.GetRequiredService<IOptions<SqsSettings>>().Value.QueueName;
            await RequireTableAsync(host, cancellationToken);

            var obstacles = DrainObstacles.Watch(host.Services);
            var logger = host.Services.GetRequiredService<ILogger<Drainer>>();
            result = await ProgressDisplay.RunAsync(
                "draining",
                "messages",
                progress => new Drainer(host, progress, obstacles).RunAsync(cancellationToken),
                log: isJson ? line => Log.Progress(logger, line) : null);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && Verb.IsStop(exception))
        {
            // It was stopped before the first receive, and the summary says so.
        }

        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(result.Summary, DrainJson.Default.DrainSummary));
        }
        else
        {
            DrainReport.Write(result.Summary);
        }

        var ending = DrainEnding.Describe(result, queue, cancellationToken.IsCancellationRequested);
        if (ending.Count > 0 && !FailureLog.TryWrite(ending, settings))
        {
            Verb.Fail(ending);
        }

        return (ending.Count, cancellationToken.IsCancellationRequested) switch
        {
            (0, _) => Verb.Succeeded,
            (_, true) => Verb.Interrupted,
            _ => Verb.LeftBehind,
        };
    }

    /// <summary>
    /// Checks that the table is there with its columns: without them a drain would hold leases and write nothing.
    /// </summary>
    private static async Task RequireTableAsync(IHost host, CancellationToken cancellationToken)
    {
        await using var database = host.Services.GetRequiredService<LoginDataSource>().Create();
        if (await TableCheck.FindMissingColumnsAsync(database, cancellationToken) is { Count: > 0 } missing)
        {
            throw new UsageException(
                "PostgreSQL at ConnectionStrings:Logins cannot be used: "
                + $"{TableCheck.Describe(database.Tables, missing)}.");
        }

        await database.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"SELECT message_id FROM {database.Tables.UserLogins} LIMIT 1", database.Connection);
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
