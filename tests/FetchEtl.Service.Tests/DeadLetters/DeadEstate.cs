using System.Globalization;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Local;
using FetchEtl.Sqs;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Service.Tests;

/// <summary>A local SQS with a queue whose redrive policy moves a message after one receive.</summary>
internal sealed class DeadEstate : IAsyncDisposable
{
    private readonly string _suffix;

    private DeadEstate(LocalSqs sqs, IAmazonSQS client, string suffix)
    {
        (Sqs, Client, _suffix) = (sqs, client, suffix);

        // A receive of the local SQS sees the whole queue.
        Calls = new LetterCalls(client, TimeProvider.System, new Random(1)) { WaitSeconds = 0 };
    }

    public LocalSqs Sqs { get; }

    public IAmazonSQS Client { get; }

    public LetterCalls Calls { get; }

    public string QueueName => $"q{_suffix}";

    public string QueueUrl { get; private set; } = string.Empty;

    public string DeadUrl { get; private set; } = string.Empty;

    public DeadLetterRedrive Redrive { get; private set; } = null!;

    public static async Task<DeadEstate> CreateAsync(bool isFifo = false)
    {
        var sqs = await LocalSqs.StartAsync();
        var client = new ServiceCollection()
            .AddSqsClient((_, options) =>
            {
                options.ServiceUrl = sqs.ServiceUrl;
                options.Region = "us-east-1";
                options.Credentials = new BasicAWSCredentials("local", "local");
                options.Configure = config => config.MaxErrorRetry = 0;
            })
            .BuildServiceProvider()
            .GetRequiredService<IAmazonSQS>();
        var estate = new DeadEstate(sqs, client, isFifo ? ".fifo" : string.Empty);
        var fifo = isFifo ? new Dictionary<string, string> { ["FifoQueue"] = "true" } : [];
        estate.DeadUrl = (await client.CreateQueueAsync(
            new CreateQueueRequest($"dead{estate._suffix}") { Attributes = fifo })).QueueUrl;
        var arn = (await client.GetQueueAttributesAsync(estate.DeadUrl, ["QueueArn"])).QueueARN;
        estate.QueueUrl = (await client.CreateQueueAsync(new CreateQueueRequest(estate.QueueName)
        {
            Attributes = new(fifo)
            {
                ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{arn}}","maxReceiveCount":1}""",
            },
        })).QueueUrl;
        estate.Redrive = new DeadLetterRedrive(
            estate.QueueName, [RandomNumberGenerator.GetBytes(32)], TimeProvider.System);
        return estate;
    }

    public Task<LetterQueue> FindAsync() => LetterQueue.FindAsync(Client, $"dead{_suffix}", CancellationToken.None);

    public Redriver Redriver(LetterFilter? filter = null, bool force = false, TimeProvider? time = null) => new(
        Calls, Redrive, new RedriveRules(filter ?? new(), hasKeys: true, force), time ?? TimeProvider.System);

    /// <summary>Redrives once, without a rate.</summary>
    public async Task<RedriveResult> RedriveAsync(LetterFilter? filter = null, bool force = false)
    {
        var redriver = Redriver(filter, force);
        await redriver.RunAsync(
            await FindAsync(), QueueUrl, new(null, IsDryRun: false, filter?.Limit), static _ => { }, default);
        return redriver.Result;
    }

    /// <summary>Sends letters to the dead-letter queue, with the reason that the service writes.</summary>
    public async Task SendLettersAsync(int count, string reason = "user_id: is missing", int groups = 0)
    {
        foreach (var batch in Enumerable.Range(0, count).Chunk(10))
        {
            await Client.SendMessageBatchAsync(DeadUrl, [.. batch.Select(i => new SendMessageBatchRequestEntry(
                i.ToString(CultureInfo.InvariantCulture), $"{i}")
            {
                MessageAttributes = new()
                {
                    [DeadLetterAttributes.Reason] = new() { DataType = "String", StringValue = reason },
                },
                MessageGroupId = groups > 0 ? $"g{i % groups}" : null,
                MessageDeduplicationId = groups > 0 ? $"{Guid.NewGuid()}" : null,
            })]);
        }
    }

    /// <summary>Receives all messages of the source queue. SQS then moves them to the dead-letter queue.</summary>
    public async Task<IReadOnlyList<Message>> ReceiveAllAsync(bool delete = false)
    {
        var all = new List<Message>();
        while (await ReceiveAsync() is { Count: > 0 } messages)
        {
            all.AddRange(messages);
            foreach (var message in messages.Where(_ => delete))
            {
                await Client.DeleteMessageAsync(QueueUrl, message.ReceiptHandle);
            }

            foreach (var message in messages.Where(_ => !delete))
            {
                await Client.ChangeMessageVisibilityAsync(QueueUrl, message.ReceiptHandle, 0);
            }
        }

        return all;
    }

    public Task<QueueDepth> DepthAsync(string url) => QueueDepth.ReadAsync(Client, url, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Sqs.DisposeAsync();
    }

    private async Task<List<Message>> ReceiveAsync() => (await Client.ReceiveMessageAsync(
        new ReceiveMessageRequest(QueueUrl)
        {
            MaxNumberOfMessages = 10,
            MessageSystemAttributeNames = ["All"],
            MessageAttributeNames = ["All"],
        })).Messages ?? [];
}
