using System.Globalization;
using Amazon.SQS.Model;
using FetchEtl.Local;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// A lease loop over LocalSqs. Both run in virtual time; only the calls between them take real time.
/// </summary>
internal sealed class LoopHost : IAsyncDisposable
{
    /// <summary>Turns a wait that would never end into a failure. No passing test waits so long.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The text of an exception whose rule has an empty name.</summary>
    public const string Nameless = "Field a: nameless.";

    /// <summary>The most characters that <see cref="HoldAsync"/> sends in one call.</summary>
    private const int BatchLength = 200_000;

    private readonly CancellationTokenSource _stopping = new();

    private LoopHost(LocalSqs sqs, FakeTimeProvider time)
    {
        Sqs = sqs;
        Time = time;
        Client = new RecordingSqs(sqs.ServiceUrl, time);
    }

    public LocalSqs Sqs { get; }

    public FakeTimeProvider Time { get; }

    public RecordingSqs Client { get; }

    public LeaseLoop Loop { get; private set; } = null!;

    public PrefetchWindow Window { get; } = new(count: 100, bytes: 100_000_000);

    /// <summary>The task of the loop.</summary>
    public Task Running { get; private set; } = null!;

    public string QueueUrl { get; private set; } = string.Empty;

    public string DeadLetterUrl { get; private set; } = string.Empty;

    public SqsMetrics Metrics { get; } = new();

    public TimeSpan VisibilityTimeout { get; private init; }

    public static async Task<LoopHost> StartAsync(
        double visibilitySeconds = 30, ILogger? logger = null, S3PayloadDeletes? payloads = null)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero));
        var sqs = await LocalSqs.StartAsync(new LocalSqsOptions { TimeProvider = time });
        var host = new LoopHost(sqs, time) { VisibilityTimeout = TimeSpan.FromSeconds(visibilitySeconds) };
        host.QueueUrl = (await host.Client.CreateQueueAsync("q")).QueueUrl;
        host.DeadLetterUrl = (await host.Client.CreateQueueAsync("q-dead")).QueueUrl;
        var settings = new SqsReceiveSettings("q")
        {
            DeadLetterRule = exception => exception.Message == Nameless ? string.Empty : exception.Message,
        };
        var deadLetters = new DeadLetterQueue(settings, host.DeadLetterUrl, time);
        var metrics = new QueueMetrics(host.Metrics, settings, host.QueueUrl, time);
        host.Loop = new LeaseLoop(
            new LeaseCalls(host.Client, host.QueueUrl, deadLetters, metrics, time),
            deadLetters,
            host.Window,
            host.VisibilityTimeout,
            new Backoff(new Random(1)),
            metrics,
            new TroubleLog(time),
            logger ?? NullLogger.Instance,
            time,
            host._stopping.Token,
            payloads);
        host.Running = host.Loop.RunAsync();
        return host;
    }

    /// <summary>Sends messages and opens leases on them.</summary>
    public async Task<List<SqsMessageLease>> HoldAsync(int count, string body = "{}")
    {
        var leases = new List<SqsMessageLease>();

        // Over another client, since the recorded calls are those of the loop.
        using var sender = TestClients.Create(Sqs.ServiceUrl);
        foreach (var batch in Enumerable.Range(0, count).Chunk(Math.Clamp(BatchLength / body.Length, 1, 10)))
        {
            await sender.SendMessageBatchAsync(QueueUrl, [.. batch.Select(i => new SendMessageBatchRequestEntry(
                i.ToString(CultureInfo.InvariantCulture), body))]);
        }

        while (leases.Count < count)
        {
            leases.AddRange(await Loop.OpenAsync(await ReceiveAsync()));
        }

        return leases;
    }

    /// <summary>Receives the messages that a worker would get now.</summary>
    public async Task<List<Message>> ReceiveAsync(string? queueUrl = null)
    {
        var response = await Client.ReceiveMessageAsync(new ReceiveMessageRequest(queueUrl ?? QueueUrl)
        {
            MaxNumberOfMessages = 10,
            VisibilityTimeout = (int)VisibilityTimeout.TotalSeconds,
            MessageSystemAttributeNames = ["All"],
            MessageAttributeNames = ["All"],
        });
        return response.Messages ?? [];
    }

    /// <summary>The numbers of messages that are visible and in flight.</summary>
    public async Task<(int Visible, int InFlight)> DepthAsync(string? queueUrl = null)
    {
        var attributes = await Client.GetQueueAttributesAsync(
            queueUrl ?? QueueUrl, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]);
        return (attributes.ApproximateNumberOfMessages, attributes.ApproximateNumberOfMessagesNotVisible);
    }

    /// <summary>Waits until the loop has ended.</summary>
    public Task EndedAsync() => Running.WaitAsync(Limit);

    /// <summary>Stops the loop and waits until every lease is settled.</summary>
    public async Task SettleAllAsync()
    {
        await CatchUpAsync();
        await RequestStopAsync();
        while (!Running.IsCompleted)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(1));
        }
    }

    public Task RequestStopAsync()
    {
        Loop.Stop();
        return _stopping.CancelAsync();
    }

    /// <summary>Moves the clock in steps, and waits after each step for the loop and its calls.</summary>
    public async Task AdvanceAsync(TimeSpan time, double stepMilliseconds = 100, Func<Task>? each = null)
    {
        await CatchUpAsync();
        var end = Time.GetUtcNow() + time;
        var step = TimeSpan.FromMilliseconds(stepMilliseconds);
        while (end - Time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            Time.Advance(left < step ? left : step);
            await CatchUpAsync();
            await (each?.Invoke() ?? Task.CompletedTask);
        }
    }

    /// <summary>
    /// Waits until the loop has read every posted event and SQS has answered every call. An empty receive is a barrier
    /// for the loop's events.
    /// </summary>
    public async Task CatchUpAsync()
    {
        for (var round = 0; round < 2; round++)
        {
            do
            {
                await BarrierAsync();
                await Client.GetQueueUrlAsync("q");
            }
            while (Client.UnderWay > 0 || Loop.CallsUnderWay > Client.Hanging);
        }

        await BarrierAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Sqs.Faults = null;
        Client.Hangs = _ => false;
        await RequestStopAsync();
        Loop.GiveUp();
        while (!Running.IsCompleted)
        {
            await AdvanceAsync(TimeSpan.FromSeconds(1), stepMilliseconds: 1000);
        }

        Loop.Dispose();
        Client.Dispose();
        _stopping.Dispose();
        await Sqs.DisposeAsync();
    }

    private async Task BarrierAsync()
    {
        if (!Running.IsCompleted)
        {
            try
            {
                await Loop.OpenAsync([]);
            }
            catch (InvalidOperationException)
            {
                // The loop has ended.
            }
        }
    }
}
