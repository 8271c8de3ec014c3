using System.Globalization;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Local;
using FetchEtl.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// A bus with an SQS rider, and the SQS that it receives from. Both run in virtual time, which
/// <see cref="AdvanceAsync"/> moves. Only the calls between them take real time.
/// </summary>
internal sealed class RiderHost : IAsyncDisposable
{
    /// <summary>The endpoint's identity keys, unless a test sets others.</summary>
    public static readonly byte[][] Keys = [[.. Enumerable.Repeat((byte)1, 32)]];

    /// <summary>How far the clock moves between two checks of a condition.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly IHost _host;
    private readonly bool _ownsSqs;
    private readonly RecordedLogs _logs;

    private RiderHost(
        IHost host,
        LocalSqs sqs,
        bool ownsSqs,
        FakeTimeProvider time,
        RecordedLogs logs,
        NoteConsumer.Behaviour behaviour)
    {
        _host = host;
        Sqs = sqs;
        Time = time;
        _ownsSqs = ownsSqs;
        Client = CreateClient(sqs.ServiceUrl);
        _logs = logs;
        Behaviour = behaviour;
    }

    public LocalSqs Sqs { get; }

    /// <summary>The clock of the rider and of its SQS.</summary>
    public FakeTimeProvider Time { get; }

    public IAmazonSQS Client { get; }

    /// <summary>Every log line at every level, exceptions included.</summary>
    public string Log => string.Join('\n', _logs.Texts);

    public NoteConsumer.Behaviour Behaviour { get; }

    public SqsMetrics Metrics => _host.Services.GetRequiredService<SqsMetrics>();

    public string QueueUrl { get; private set; } = string.Empty;

    public string DeadLetterUrl { get; private set; } = string.Empty;

    /// <param name="configure">
    /// Configures the endpoint, which waits 1 s, creates its queues and has <see cref="Keys"/> unless set.
    /// </param>
    /// <param name="queueName">The queue to receive from.</param>
    /// <param name="beside">Another host, whose SQS and clock this host shares.</param>
    /// <param name="consumerStopTimeout">
    /// How long consumers may take to finish at a stop before they are cancelled. Default: 5 s.
    /// </param>
    /// <param name="stopTimeout">How long a stop may take in total.</param>
    /// <param name="serviceUrl">The endpoint that the rider calls. Default: the host's SQS.</param>
    /// <param name="log">Another log provider, beside the recorded one.</param>
    /// <param name="connect">Creates the rider's client. Default: the SDK's, without retries.</param>
    /// <param name="s3">The client of S3, where the endpoint reads payloads.</param>
    public static async Task<RiderHost> CreateAsync(
        Action<ISqsReceiveEndpointConfigurator>? configure = null,
        string queueName = "notes",
        RiderHost? beside = null,
        TimeSpan? consumerStopTimeout = null,
        TimeSpan? stopTimeout = null,
        Uri? serviceUrl = null,
        ILoggerProvider? log = null,
        Func<Uri, TimeProvider, IAmazonSQS>? connect = null,
        IAmazonS3? s3 = null)
    {
        var time = beside?.Time ?? new FakeTimeProvider(new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero));
        var server = beside?.Sqs ?? await LocalSqs.StartAsync(new LocalSqsOptions { TimeProvider = time });
        var behaviour = new NoteConsumer.Behaviour();
        var logs = new RecordedLogs();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        builder.Services.AddSingleton(behaviour);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(new SqsMetrics(timeProvider: time));
        builder.Services.AddSingleton(
            connect?.Invoke(serviceUrl ?? server.ServiceUrl, time) ?? CreateClient(serviceUrl ?? server.ServiceUrl));
        if (s3 is not null)
        {
            builder.Services.AddSingleton(s3);
        }

        builder.Services.Configure<MassTransitHostOptions>(x =>
        {
            x.WaitUntilStarted = true;
            x.ConsumerStopTimeout = consumerStopTimeout ?? TimeSpan.FromSeconds(5);
            x.StopTimeout = stopTimeout;
        });
        builder.Services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            x.UsingInMemory((_, _) => { });
            x.AddRider(rider =>
            {
                rider.AddConsumer<NoteConsumer>();
                rider.UsingSqs((context, sqs) => sqs.ReceiveEndpoint(queueName, endpoint =>
                {
                    endpoint.CreateQueues = true;
                    endpoint.WaitTime = TimeSpan.FromSeconds(1);
                    endpoint.IdentityKeys = Keys;
                    endpoint.UseRawJsonDeserializer(RawSerializerOptions.AnyMessageType, isDefault: true);
                    configure?.Invoke(endpoint);
                    endpoint.ConfigureConsumer<NoteConsumer>(context);
                }));
            });
        });

        return new RiderHost(builder.Build(), server, beside is null, time, logs, behaviour);
    }

    /// <summary>Starts the bus, which creates its queues.</summary>
    public async Task StartAsync(string queueName = "notes")
    {
        // The clock stands still, so a start that fails and waits for its retry would never end.
        await _host.StartAsync().WaitAsync(LoopHost.Limit);
        QueueUrl = (await Client.GetQueueUrlAsync(queueName)).QueueUrl;
        DeadLetterUrl = (await Client.GetQueueUrlAsync(SqsQueueName.DeadLetterOf(queueName))).QueueUrl;
    }

    public Task StartBusAsync() => _host.StartAsync();

    public Task StartBusAsync(CancellationToken cancellationToken) => _host.StartAsync(cancellationToken);

    /// <summary>Begins to stop the bus. The clock does not move by itself.</summary>
    public Task BeginStopAsync() => _host.StopAsync();

    /// <summary>Stops the bus, and moves the clock until the bus has stopped.</summary>
    public async Task StopAsync()
    {
        var stopping = _host.StopAsync();
        await EventuallyAsync(() => stopping.IsCompleted, "the bus has stopped");
        await stopping;
    }

    public void Connect(IReceiveObserver observer) =>
        _host.Services.GetRequiredService<IBusControl>().ConnectReceiveObserver(observer);

    /// <summary>Sends a message and returns its id.</summary>
    public async Task<string> SendAsync(string body, Dictionary<string, MessageAttributeValue>? attributes = null)
    {
        var request = new SendMessageRequest(QueueUrl, body) { MessageAttributes = attributes };
        return (await Client.SendMessageAsync(request)).MessageId;
    }

    public static MessageAttributeValue Text(string value) => new() { DataType = "String", StringValue = value };

    /// <summary>
    /// Sends notes of one group to a FIFO queue, in order. The text is the group, a dash and a number from 0.
    /// </summary>
    public Task SendGroupAsync(string group, int count) => SendBatchesAsync(
        Enumerable.Range(0, count).Select(x => $"{group}-{x}"),
        (text, entry) => (entry.MessageGroupId, entry.MessageDeduplicationId) = (group, text));

    public Task SendNotesAsync(int count) =>
        SendBatchesAsync(Enumerable.Range(0, count).Select(x => x.ToString(CultureInfo.InvariantCulture)));

    public async Task<(int Visible, int InFlight)> DepthAsync(string queueUrl)
    {
        var attributes = await Client.GetQueueAttributesAsync(
            queueUrl,
            [
                QueueAttributeName.ApproximateNumberOfMessages,
                QueueAttributeName.ApproximateNumberOfMessagesNotVisible,
            ]);

        return (attributes.ApproximateNumberOfMessages, attributes.ApproximateNumberOfMessagesNotVisible);
    }

    /// <summary>Moves the clock until the condition holds, for at most ten minutes of virtual time.</summary>
    public async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        for (var waited = TimeSpan.Zero; !await condition(); waited += Step)
        {
            Assert.True(
                waited < TimeSpan.FromMinutes(10), $"Not true within ten minutes of virtual time: {what}.\n{Log}");
            await AdvanceAsync(Step);
        }
    }

    public Task EventuallyAsync(Func<bool> condition, string what) =>
        EventuallyAsync(() => Task.FromResult(condition()), what);

    /// <summary>
    /// Moves the clock in steps. After each step it makes a few calls of its own, more of them while work is queued, so
    /// that the rider's calls can finish before the next step.
    /// </summary>
    /// <param name="time">How far the clock moves in total.</param>
    /// <param name="step">
    /// How far it moves at a time; 50 ms by default. Longer steps take less real time, and suit a rider that acts once
    /// in many of them.
    /// </param>
    public async Task AdvanceAsync(TimeSpan time, TimeSpan? step = null)
    {
        var most = step ?? Step;
        for (var left = time; left > TimeSpan.Zero; left -= most)
        {
            Time.Advance(left < most ? left : most);
            for (var calls = 0; calls < 2 || (calls < 50 && ThreadPool.PendingWorkItemCount > 0); calls++)
            {
                Task roundTrip = Client.ListQueuesAsync(new ListQueuesRequest());
                await roundTrip.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public Task QueueIsEmptyAsync() =>
        EventuallyAsync(async () => await DepthAsync(QueueUrl) == (0, 0), "the queue is empty");

    public Task IsHealthyAsync() => EventuallyAsync(
        async () => (await HealthAsync()).Status == HealthStatus.Healthy, "the bus is healthy");

    /// <summary>Receives up to ten dead letters.</summary>
    public async Task<List<Message>> DeadLettersAsync()
    {
        var response = await Client.ReceiveMessageAsync(new ReceiveMessageRequest(DeadLetterUrl)
        {
            MaxNumberOfMessages = 10,
            MessageAttributeNames = ["All"],
            MessageSystemAttributeNames = ["All"],
        });
        return response.Messages ?? [];
    }

    public async Task<Message> OnlyDeadLetterAsync()
    {
        await EventuallyAsync(async () => await DepthAsync(DeadLetterUrl) != (0, 0), "there is a dead letter");

        return Assert.Single(await DeadLettersAsync());
    }

    /// <summary>Why the endpoint cannot receive, as the bus knows it; null where it can.</summary>
    public string? FaultReason() => _host.Services
        .GetRequiredService<MassTransit.Transports.IBusInstance>()
        .GetRider<ISqsRider>()
        .CheckEndpointHealth().Single().Exception?.Message;

    public Task<HealthReport> HealthAsync() =>
        _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _host.Dispose();
        Client.Dispose();
        if (_ownsSqs)
        {
            await Sqs.DisposeAsync();
        }
    }

    /// <summary>
    /// Creates a client without retries. The SDK waits between retries in real time, so a lease could expire meanwhile.
    /// </summary>
    private static AmazonSQSClient CreateClient(Uri serviceUrl) => new(
        new BasicAWSCredentials("test", "test"),
        new AmazonSQSConfig
        {
            ServiceURL = serviceUrl.ToString(),
            AuthenticationRegion = "us-east-1",
            MaxErrorRetry = 0,
        });

    private async Task SendBatchesAsync(
        IEnumerable<string> texts, Action<string, SendMessageBatchRequestEntry>? configure = null)
    {
        foreach (var batch in texts.Chunk(10))
        {
            await Client.SendMessageBatchAsync(QueueUrl, batch.Select((text, i) =>
            {
                var entry = new SendMessageBatchRequestEntry(
                    i.ToString(CultureInfo.InvariantCulture), $$"""{"text":"{{text}}"}""");
                configure?.Invoke(text, entry);
                return entry;
            }).ToList());
        }
    }
}
