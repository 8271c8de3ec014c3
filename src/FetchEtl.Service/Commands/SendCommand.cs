using System.CommandLine;
using System.Security.Cryptography;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Sqs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

internal static class SendCommand
{
    private static readonly Option<FileInfo?> File = new("--file")
    {
        Description = "Send each line of this file as one message; - is standard input.",
    };

    private static readonly Option<int?> Count = new("--count") { Description = "Generate and send this many logins." };
    private static readonly Option<int?> Seed = new("--seed")
    {
        Description = "The seed of the generated logins: the same seed gives the same logins.",
    };

    private static readonly Option<double> Invalid = new("--invalid")
    {
        Description = "The share of generated messages that are invalid, 0 to 1.",
    };

    private static readonly Option<string?> Lines = new("--lines")
    {
        Description = "Send only these lines or generated messages, as in 3,7-9,12-. An error says what is left.",
    };

    public static Command Create() => Verb.Create(
        "send", "Sends logins to the queue, from a file or generated.", RunAsync, File, Count, Seed, Invalid, Lines)
        .WithExamples(
            "fetch-etl send --file logins.jsonl",
            "fetch-etl send --count 5000 --invalid 0.01 --seed 7",
            "fetch-etl send --file logins.jsonl --lines 3,7-9,12-");

    private static List<string> Problems(FileInfo? file, int? count, double share)
    {
        var problems = new List<string>();
        if ((file, count) is (null, null))
        {
            problems.Add("name what to send: --file F or --count N.");
        }

        if ((file, count) is (not null, not null))
        {
            problems.Add("--file and --count name two sources: leave one of them out.");
        }

        if (count < 0)
        {
            problems.Add("--count must be 0 or more.");
        }

        if (share is not (>= 0 and <= 1))
        {
            problems.Add("--invalid must be 0 to 1.");
        }

        return problems;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var file = parsed.GetValue(File);
        var count = parsed.GetValue(Count);
        var share = parsed.GetValue(Invalid);
        if (Problems(file, count, share) is { Count: > 0 } problems)
        {
            throw new UsageException(problems);
        }

        var lines = LineRanges.All;
        if (parsed.GetValue(Lines) is { } text && !LineRanges.TryParse(text, out lines))
        {
            throw new UsageException("--lines must be ascending numbers and ranges from 1, as in 3,7-9,12-.");
        }

        using var host = ServiceHost.Create(settings).BuildValidated(cancellationToken);
        var client = host.Services.GetRequiredService<IAmazonSQS>();
        var queue = host.Services.GetRequiredService<IOptions<SqsSettings>>().Value;
        if (SqsQueueName.IsFifo(queue.QueueName))
        {
            throw new UsageException(
                "Sqs:QueueName names a FIFO queue, and send gives messages no group: name a standard queue.");
        }

        // Before the first call, so that a mistyped name is found without SQS.
        await using var input = file is null ? null : MessageFile.OpenFile(file);
        var queueUrl = await QueueUrlAsync(client, queue, cancellationToken);

        var seed = parsed.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var messages = input is null
            ? new LoginGenerator(seed, share).Take(count!.Value)
                .Select((body, index) => new MessageLine(index + 1, body)).ToAsyncEnumerable()
            : MessageFile.ReadLinesAsync(input, cancellationToken);
        var sender = new MessageSender(client, TimeProvider.System, new Random());
        var total = parsed.GetValue(Lines) is null ? count : null;
        var result = await ProgressDisplay.RunAsync(
            "sending",
            "messages",
            progress => sender.SendAsync(
                queueUrl, messages, lines, new SentCount(progress, total).Add, cancellationToken));

        var origin = file is null ? $" (seed {seed})" : string.Empty;
        var unit = result.Sent == 1 ? "message" : "messages";
        Console.WriteLine($"Sent {result.Sent} {unit} to {queue.QueueName}{origin}.");
        SendReport.Write(result, file, seed);
        return result switch
        {
            { Left: not null } when cancellationToken.IsCancellationRequested => Verb.Interrupted,
            { MissingLines: not null, Sent: 0 } => Verb.Failed,
            { Left: null, Refused: [] } => Verb.Succeeded,
            _ => Verb.Failed,
        };
    }

    private static async Task<string> QueueUrlAsync(
        IAmazonSQS client, SqsSettings queue, CancellationToken cancellationToken)
    {
        try
        {
            return await client.FindQueueAsync(queue.QueueName, cancellationToken);
        }
        catch (QueueDoesNotExistException)
        {
            if (queue.CreateQueues)
            {
                return await client.CreateQueueByNameAsync(queue.QueueName, cancellationToken);
            }

            throw new UsageException(
                $"Sqs:QueueName: there is no queue '{queue.QueueName}'. Correct the name, or set "
                + "Sqs:CreateQueues=true.");
        }
    }
}
