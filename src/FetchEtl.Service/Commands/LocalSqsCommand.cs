using System.CommandLine;
using Amazon.SQS;
using FetchEtl.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

internal static class LocalSqsCommand
{
    private static readonly Option<int> Port = new("--port")
    {
        Description = "The port on 127.0.0.1, or 0 for a free one.",
        DefaultValueFactory = _ => 4566,
    };

    private static readonly Option<LocalSqsProtocols> Protocols = new("--protocols")
    {
        Description = "Json, Query or All. With Query it answers like LocalStack before 3.0.",
        DefaultValueFactory = _ => LocalSqsProtocols.All,
        HelpName = "Json|Query|All",
    };

    private static readonly Option<FileInfo?> Faults = new("--faults")
    {
        Description = "JSON file with a fault plan: which calls fail, how, and how often.",
    };

    public static Command Create() => Verb.Create(
        "local-sqs",
        "Runs a local SQS in memory, with the queues that the settings name, until it is stopped.",
        RunAsync,
        Port,
        Protocols,
        Faults).WithExamples("fetch-etl local-sqs", "fetch-etl local-sqs --port 0 --faults plan.json");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Port) is < 0 or > 65_535)
        {
            throw new UsageException("--port must be 0 (a free one) to 65535.");
        }

        if (parsed.GetValue(Protocols) is LocalSqsProtocols.None)
        {
            throw new UsageException(
                "--protocols must be Json, Query or All.");
        }

        var faults = await ReadAsync(parsed.GetValue(Faults), cancellationToken);
        var options = new LocalSqsOptions { Port = parsed.GetValue(Port), Protocols = parsed.GetValue(Protocols) };
        await using var sqs = await LocalSqs.StartAsync(options, cancellationToken);

        var overrides = AwsSettings.WithoutIdentity(sqs.ServiceUrl);
        using var host = ServiceHost.Create(settings, overrides).BuildValidated(cancellationToken);
        var queue = host.Services.GetRequiredService<IOptions<SqsSettings>>().Value;
        var client = host.Services.GetRequiredService<IAmazonSQS>();
        await client.CreateQueueByNameAsync(queue.QueueName, cancellationToken);
        await client.CreateQueueByNameAsync(queue.DeadLetterQueue, cancellationToken);

        // Set after the queues are created, so that no fault prevents that.
        sqs.Faults = faults;

        var url = sqs.ServiceUrl;
        Console.WriteLine(
            $"Local SQS at {url} with {queue.QueueName} and {queue.DeadLetterQueue}; press Ctrl+C to stop it.");
        Console.WriteLine($"To use it in fetch-etl, set Sqs__ServiceUrl={url}");
        Console.WriteLine(
            $"In the AWS CLI, with any credentials: aws --endpoint-url {url} --region us-east-1 sqs list-queues");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (faults is not null)
        {
            var counts = sqs.FaultCounts.OrderBy(x => x.Key).Select(x => $"{x.Key} {x.Value}");
            Console.WriteLine($"Faults that occurred: {string.Join(", ", counts)}");
        }

        return Verb.Succeeded;
    }

    private static async Task<SqsFaultPlan?> ReadAsync(FileInfo? file, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            return SqsFaultPlan.Parse(await File.ReadAllTextAsync(file.FullName, cancellationToken));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--faults {file}: {e.Message}");
        }
    }
}
