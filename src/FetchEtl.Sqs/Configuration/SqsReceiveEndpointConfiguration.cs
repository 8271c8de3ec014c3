using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

internal sealed class SqsReceiveEndpointConfiguration : ReceiveEndpointConfiguration, ISqsReceiveEndpointConfigurator
{
    private readonly IBusInstance _busInstance;
    private readonly IReceiveEndpointConfiguration _endpoint;
    private readonly string _queueName;
    private string _deadLetterQueueName;
    private bool _createQueues;
    private TimeSpan _waitTime = TimeSpan.FromSeconds(20);
    private TimeSpan _visibilityTimeout = TimeSpan.FromSeconds(30);
    private long _prefetchBytes = 192 * 1024 * 1024;
    private Func<CancellationToken, Task> _receiveGate = static _ => Task.CompletedTask;

    public SqsReceiveEndpointConfiguration(IBusInstance busInstance, IReceiveEndpointConfiguration endpoint, string queueName)
        : base(busInstance.HostConfiguration, endpoint)
    {
        _busInstance = busInstance;
        _endpoint = endpoint;
        _queueName = queueName;
        _deadLetterQueueName = SqsQueueName.DeadLetterOf(queueName);

        PrefetchCount = 2000;
        PublishFaults = false;

        // The lease decides what becomes of a message that faulted or that nobody took.
        this.ThrowOnSkippedMessages();
        this.RethrowFaultedMessages();
    }

    public override Uri HostAddress => _endpoint.HostAddress;

    public override Uri InputAddress => _endpoint.InputAddress;

    public string DeadLetterQueueName
    {
        set => _deadLetterQueueName = value;
    }

    public bool CreateQueues
    {
        set => _createQueues = value;
    }

    public TimeSpan WaitTime
    {
        set => _waitTime = value;
    }

    public TimeSpan VisibilityTimeout
    {
        set => _visibilityTimeout = value;
    }

    public long PrefetchBytes
    {
        set => _prefetchBytes = value;
    }

    public Func<CancellationToken, Task> ReceiveGate
    {
        set => _receiveGate = value;
    }

    public override IEnumerable<ValidationResult> Validate()
    {
        foreach (var result in base.Validate())
        {
            yield return result;
        }

        if (string.IsNullOrWhiteSpace(_deadLetterQueueName) || _deadLetterQueueName == _queueName)
        {
            yield return this.Failure(nameof(DeadLetterQueueName), "must name a queue other than the one received from");
        }

        if (_waitTime < TimeSpan.Zero || _waitTime > TimeSpan.FromSeconds(20))
        {
            yield return this.Failure(nameof(WaitTime), "must be 0 to 20 seconds");
        }

        if (_visibilityTimeout < TimeSpan.FromSeconds(5) || _visibilityTimeout > TimeSpan.FromHours(12))
        {
            yield return this.Failure(nameof(VisibilityTimeout), "must be 5 seconds to 12 hours");
        }

        if (Transport.PrefetchCount is < 1 or > 100_000)
        {
            yield return this.Failure(nameof(PrefetchCount), "must be 1 to 100,000: SQS lets a queue have about 120,000 messages in flight");
        }

        if (_prefetchBytes < 10L * SqsLimits.MessageBytes)
        {
            yield return this.Failure(nameof(PrefetchBytes), "must be 10 MiB (10,485,760) at least: a receive brings up to ten messages of 1 MiB");
        }
    }

    public override ReceiveEndpointContext CreateReceiveEndpointContext()
    {
        var builder = new ReceiveEndpointBuilder(this);
        ApplySpecifications(builder);

        return new SqsReceiveEndpointContext(_busInstance, this);
    }

    public ReceiveEndpoint Build(SqsClient client, SqsMetrics metrics, ILoggerFactory loggers, TimeProvider time)
    {
        Validate().ThrowIfContainsFailure($"The SQS receive endpoint '{_queueName}' is not configured well:");

        var context = CreateReceiveEndpointContext();
        var settings = new SqsReceiveSettings(
            _queueName, _deadLetterQueueName, _createQueues, context.PrefetchCount, context.ConcurrentMessageLimit,
            _waitTime, _visibilityTimeout, _prefetchBytes, _receiveGate);

        return new ReceiveEndpoint(new SqsReceiveTransport(context, settings, client, metrics, loggers, time), context);
    }
}
