using System.Globalization;
using System.Text;
using Amazon.Runtime;
using FetchEtl.Local;
using FetchEtl.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs.Tests;

/// <summary>A bus with an SQS rider on it, and the SQS.</summary>
internal sealed class RiderHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly bool _ownsSqs;
    private readonly RecordedLogs _logs;

    private RiderHost(IHost host, LocalSqs sqs, bool ownsSqs, SqsClient client, RecordedLogs logs, NoteConsumer.Behaviour behaviour)
    {
        _host = host;
        Sqs = sqs;
        _ownsSqs = ownsSqs;
        Client = client;
        _logs = logs;
        Behaviour = behaviour;
    }

    public LocalSqs Sqs { get; }

    public SqsClient Client { get; }

    /// <summary>All that was logged, at every level, exceptions included.</summary>
    public string Log => string.Join('\n', _logs.Texts);

    public NoteConsumer.Behaviour Behaviour { get; }

    public string QueueUrl { get; private set; } = string.Empty;

    public string DeadLetterUrl { get; private set; } = string.Empty;

    /// <param name="configure">The endpoint, beyond a 1 s wait and queues created.</param>
    /// <param name="queueName">Received from.</param>
    /// <param name="sqs">Another host's SQS to share; its own unless given.</param>
    /// <param name="consumerStopTimeout">How long consumers may take to finish at a stop before they are cancelled; 5 s unless given.</param>
    /// <param name="stopTimeout">How long a stop may take in all.</param>
    /// <param name="serviceUrl">What the rider takes for SQS; the SQS unless given.</param>
    public static async Task<RiderHost> CreateAsync(
        Action<ISqsReceiveEndpointConfigurator>? configure = null, string queueName = "notes", LocalSqs? sqs = null, TimeSpan? consumerStopTimeout = null,
        TimeSpan? stopTimeout = null, Uri? serviceUrl = null)
    {
        var server = sqs ?? await LocalSqs.StartAsync();
        var behaviour = new NoteConsumer.Behaviour();
        var logs = new RecordedLogs();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton(behaviour);
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
                rider.UsingSqs((context, bus) =>
                {
                    bus.Host(host => Connect(host, serviceUrl ?? server.ServiceUrl));
                    bus.ReceiveEndpoint(queueName, endpoint =>
                    {
                        endpoint.CreateQueues = true;
                        endpoint.WaitTime = TimeSpan.FromSeconds(1);
                        endpoint.UseRawJsonDeserializer(RawSerializerOptions.AnyMessageType, isDefault: true);
                        configure?.Invoke(endpoint);
                        endpoint.ConfigureConsumer<NoteConsumer>(context);
                    });
                });
            });
        });

        var options = new SqsClientOptions();
        Connect(options, server.ServiceUrl);
        return new RiderHost(builder.Build(), server, sqs is null, new SqsClient(options), logs, behaviour);
    }

    /// <summary>Starts the bus; its queues are there afterwards.</summary>
    public async Task StartAsync(string queueName = "notes")
    {
        await _host.StartAsync();
        QueueUrl = await Client.GetQueueUrlAsync(queueName);
        DeadLetterUrl = await Client.GetQueueUrlAsync(SqsQueueName.DeadLetterOf(queueName));
    }

    public Task StartBusAsync() => _host.StartAsync();

    public Task StopAsync() => _host.StopAsync();

    public void Connect(IReceiveObserver observer) => _host.Services.GetRequiredService<IBusControl>().ConnectReceiveObserver(observer);

    public Task<string> SendAsync(string body, IReadOnlyDictionary<string, SqsMessageAttribute>? attributes = null) =>
        Client.SendMessageAsync(QueueUrl, new SqsSendEntry(Encoding.UTF8.GetBytes(body)) { MessageAttributes = attributes });

    /// <summary>Sends notes of one group of a FIFO queue, in order; each text is the group, a dash and a number from 0.</summary>
    public async Task SendGroupAsync(string group, int count)
    {
        foreach (var batch in Enumerable.Range(0, count).Select(x => $"{group}-{x}").Chunk(10))
        {
            await Client.SendMessageBatchAsync(QueueUrl, Array.ConvertAll(batch, text => new SqsSendEntry($$"""{"text":"{{text}}"}""")
            {
                MessageGroupId = group,
                MessageDeduplicationId = text,
            }));
        }
    }

    public async Task SendNotesAsync(int count)
    {
        foreach (var batch in Enumerable.Range(0, count).Chunk(10))
        {
            await Client.SendMessageBatchAsync(QueueUrl, Array.ConvertAll(batch, x => new SqsSendEntry(Encoding.UTF8.GetBytes($$"""{"text":"{{x}}"}"""))));
        }
    }

    public async Task<(int Visible, int InFlight)> DepthAsync(string queueUrl)
    {
        var attributes = await Client.GetQueueAttributesAsync(queueUrl, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]);

        return (Read("ApproximateNumberOfMessages"), Read("ApproximateNumberOfMessagesNotVisible"));

        int Read(string name) => int.Parse(attributes[name], CultureInfo.InvariantCulture);
    }

    /// <summary>Waits, half a minute at most, until the condition holds.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Did not come true within 30 s: {what}.");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public Task QueueIsEmptyAsync() => EventuallyAsync(async () => await DepthAsync(QueueUrl) == (0, 0), "the queue is empty");

    public async Task<SqsMessage> OnlyDeadLetterAsync()
    {
        await EventuallyAsync(async () => await DepthAsync(DeadLetterUrl) != (0, 0), "there is a dead letter");

        return Assert.Single(await Client.ReceiveMessageAsync(DeadLetterUrl, new SqsReceiveRequest()));
    }

    public async Task<HealthReport> HealthAsync() => await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

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

    private static void Connect(SqsClientOptions options, Uri serviceUrl)
    {
        options.ServiceUrl = serviceUrl;
        options.Region = "us-east-1";
        options.Credentials = new BasicAWSCredentials("test", "test");
    }
}
