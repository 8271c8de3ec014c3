using System.CommandLine;
using System.Security.Cryptography;
using Amazon.SQS;
using FetchEtl.Local;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

internal static class DemoCommand
{
    private static readonly Option<int> Count = new("--count")
    {
        Description = "The number of messages to generate; one of them is invalid.",
        DefaultValueFactory = _ => 100,
    };

    private static readonly Option<FileInfo?> File = new("--file")
    {
        Description = "Send each line of this file as one message instead.",
    };

    public static Command Create(Termination termination) => Verb.Create(
        "demo",
        "Shows the whole path on this machine alone, with a local SQS, a private PostgreSQL and a throwaway key.",
        (parsed, settings, cancellationToken) => RunAsync(parsed, settings, termination, cancellationToken),
        Count,
        File).WithExamples("fetch-etl demo", "fetch-etl demo --file logins.jsonl");

    private static async Task<int> RunAsync(
        ParseResult parsed,
        string[] settings,
        Termination termination,
        CancellationToken cancellationToken)
    {
        try
        {
            return await ShowAsync(parsed, settings, termination, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new VerbStoppedException(
                "stopped before the end. The demo's queue and database are removed; run it again.");
        }
    }

    private static async Task<int> ShowAsync(
        ParseResult parsed,
        string[] settings,
        Termination termination,
        CancellationToken cancellationToken)
    {
        var count = parsed.GetValue(Count);
        if (count < 1)
        {
            throw new UsageException("--count must be 1 or more.");
        }

        var bodies = parsed.GetValue(File) is { } file ? [.. MessageFile.Read(file)] : Generate(count);
        var configuration = ServiceHost.Create(settings).Configuration;

        await using var sqs = await LocalSqs.StartAsync(cancellationToken: cancellationToken);
        await using var demo = await DemoDatabase.CreateAsync(
            configuration.GetConnectionString("Logins"), DemoReport.Say, cancellationToken);

        DemoReport.Say($"Local SQS at {sqs.ServiceUrl}");
        DemoReport.Say(demo.Description);
        DemoReport.Say("Masking uses a throwaway key: these masks equal those of no other run.");

        var builder = ServiceHost.CreateDrain(settings, Overrides(sqs, demo.ConnectionString));
        // Replaces all masking settings, because a demo must not use a real key.
        builder.Services.PostConfigure<LoginsOptions>(
            options => options.Masking = new MaskingOptions { Keys = { MaskingKeys.Create() } });
        using var host = builder.BuildValidated(cancellationToken);
        termination.LimitBy(host);
        await LoginMigrations.MigrateAsync(demo.ConnectionString, cancellationToken);

        var client = host.Services.GetRequiredService<IAmazonSQS>();
        var queue = host.Services.GetRequiredService<IOptions<SqsSettings>>().Value;
        var queueUrl = await client.CreateQueueByNameAsync(queue.QueueName, cancellationToken);
        await ProgressDisplay.RunAsync("sending", "messages", async progress =>
        {
            var sent = new SentCount(progress, bodies.Count);
            var sender = new MessageSender(client, TimeProvider.System, new Random());
            await sender.SendAsync(queueUrl, bodies, sent.Add, cancellationToken);
            return bodies.Count;
        });
        DemoReport.Say($"{bodies.Count} messages wait in {queue.QueueName}.");

        var (summary, _, isEmpty) = await ProgressDisplay.RunAsync(
            "draining", "messages", progress => new Drainer(host, progress).RunAsync(cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();

        await using var database = await host
            .Services.GetRequiredService<IDbContextFactory<LoginDbContext>>()
            .CreateDbContextAsync(cancellationToken);
        DemoReport.WriteRows(await DemoRows.SampleAsync(database, cancellationToken));
        DemoReport.WriteRepeats(await DemoRows.RepeatedMasksAsync(database, cancellationToken));
        var deadLetters = await client.GetQueueUrlAsync(queue.DeadLetterQueue, cancellationToken);
        DemoReport.WriteDeadLetters(await DemoDeadLetters.ReadAsync(client, deadLetters.QueueUrl, cancellationToken));
        DrainReport.Write(summary);

        return isEmpty ? Verb.Succeeded : Verb.LeftBehind;
    }

    private static List<string> Generate(int count)
    {
        var generator = new LoginGenerator(RandomNumberGenerator.GetInt32(int.MaxValue));
        List<string> bodies = [.. generator.Take(count - 1)];
        bodies.Insert(bodies.Count / 2, generator.NotALogin());

        return bodies;
    }

    private static Dictionary<string, string?> Overrides(LocalSqs sqs, string connectionString) =>
        new(AwsSettings.WithoutIdentity(sqs.ServiceUrl))
    {
        ["Sqs:Region"] = "us-east-1",
        ["Sqs:QueueName"] = "login-queue",
        ["Sqs:DeadLetterQueueName"] = null,
        ["Sqs:CreateQueues"] = "true",
        ["ConnectionStrings:Logins"] = connectionString,

        // The report lists the dead letters, so the log need not.
        ["Logging:LogLevel:FetchEtl"] = "Error",
    };
}
