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
        Description = "Send each line of this file as one message.",
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

    public static Command Create() => Verb.Create(
        "send", "Sends logins to the queue, from a file or generated.", RunAsync, File, Count, Seed, Invalid);

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var file = parsed.GetValue(File);
        var count = parsed.GetValue(Count);
        var share = parsed.GetValue(Invalid);
        if ((file is null) == (count is null))
        {
            throw new UsageException("Name what to send: either --file F or --count N.");
        }

        if (count < 0 || share is not (>= 0 and <= 1))
        {
            throw new UsageException("--count must be 0 or more, and --invalid must be 0 to 1.");
        }

        using var host = ServiceHost.Create(settings).BuildValidated();
        var client = host.Services.GetRequiredService<IAmazonSQS>();
        var queue = host.Services.GetRequiredService<IOptions<SqsSettings>>().Value;
        if (SqsQueueName.IsFifo(queue.QueueName))
        {
            throw new UsageException(
                "Sqs:QueueName names a FIFO queue, and send gives messages no group: name a standard queue.");
        }

        var queueUrl = await QueueUrlAsync(client, queue, cancellationToken);

        var seed = parsed.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var bodies = file is not null ? MessageFile.Read(file) : new LoginGenerator(seed, share).Take(count!.Value);
        var total = file is not null ? MessageFile.Read(file).Count() : count!.Value;

        var sender = new MessageSender(client);
        await SendProgressBar.RunAsync(total, sent => sender.SendAsync(queueUrl, bodies, sent, cancellationToken));
        var origin = file is null ? $" (seed {seed})" : string.Empty;
        Console.WriteLine($"Sent {total} messages to {queue.QueueName}{origin}.");

        return Verb.Succeeded;
    }

    private static async Task<string> QueueUrlAsync(
        IAmazonSQS client, SqsSettings queue, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetQueueUrlAsync(queue.QueueName, cancellationToken)).QueueUrl;
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
