using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>Collects the settings of a receive endpoint, checks them, and builds the endpoint.</summary>
internal sealed class SqsReceiveEndpointConfiguration : ReceiveEndpointConfiguration, ISqsReceiveEndpointConfigurator
{
    private readonly IBusInstance _busInstance;
    private readonly IReceiveEndpointConfiguration _endpoint;
    private readonly SqsReceiveSettings _settings;

    public SqsReceiveEndpointConfiguration(
        IBusInstance busInstance, IReceiveEndpointConfiguration endpoint, string queueName)
        : base(busInstance.HostConfiguration, endpoint)
    {
        _busInstance = busInstance;
        _endpoint = endpoint;
        _settings = new SqsReceiveSettings(queueName);
        PrefetchCount = _settings.PrefetchCount;
        PublishFaults = false;

        // The lease decides what happens to a message that faulted, or that no consumer took.
        this.ThrowOnSkippedMessages();
        this.RethrowFaultedMessages();
    }

    public override Uri HostAddress => _endpoint.HostAddress;

    public override Uri InputAddress => _endpoint.InputAddress;

    public string DeadLetterQueueName { set => _settings.DeadLetterQueueName = value; }

    public bool CreateQueues { set => _settings.CreateQueues = value; }

    public TimeSpan WaitTime { set => _settings.WaitTime = value; }

    public TimeSpan VisibilityTimeout { set => _settings.VisibilityTimeout = value; }

    public long PrefetchBytes { set => _settings.PrefetchBytes = value; }

    public Func<CancellationToken, Task> ReceiveGate { set => _settings.ReceiveGate = value; }

    public IReadOnlyList<byte[]> IdentityKeys { set => _settings.IdentityKeys = value; }

    public Func<Exception, string?>? DeadLetterRule { set => _settings.DeadLetterRule = value; }

    public override IEnumerable<ValidationResult> Validate()
    {
        foreach (var result in base.Validate())
        {
            yield return result;
        }

        if (string.IsNullOrWhiteSpace(_settings.DeadLetterQueueName)
            || _settings.DeadLetterQueueName == _settings.QueueName)
        {
            yield return this.Failure(nameof(DeadLetterQueueName), "must name another queue than the one it serves");
        }

        if (_settings.WaitTime < TimeSpan.Zero
            || _settings.WaitTime > SqsLimits.WaitTime
            || !IsWhole(_settings.WaitTime))
        {
            yield return this.Failure(nameof(WaitTime), "must be 0 to 20 whole seconds");
        }

        if (_settings.VisibilityTimeout < TimeSpan.FromSeconds(5)
            || _settings.VisibilityTimeout > SqsLimits.VisibilityTimeout
            || !IsWhole(_settings.VisibilityTimeout))
        {
            yield return this.Failure(nameof(VisibilityTimeout), "must be 5 seconds to 12 hours, in whole seconds");
        }

        if (Transport.PrefetchCount is < 1 or > 100_000)
        {
            yield return this.Failure(
                nameof(PrefetchCount), "must be 1 to 100,000: SQS allows a queue about 120,000 messages in flight");
        }

        if (_settings.PrefetchBytes < (long)SqsLimits.EntriesPerCall * SqsLimits.MessageBytes)
        {
            yield return this.Failure(
                nameof(PrefetchBytes),
                "must be at least 10 MiB (10,485,760): a receive brings up to ten messages of 1 MiB");
        }

        if (_settings.IdentityKeys is null || _settings.IdentityKeys.Any(key => key is not { Length: >= 32 }))
        {
            yield return this.Failure(nameof(IdentityKeys), "must be keys of 32 bytes or more");
        }
    }

    public override ReceiveEndpointContext CreateReceiveEndpointContext()
    {
        var builder = new ReceiveEndpointBuilder(this);
        ApplySpecifications(builder);

        return new SqsReceiveEndpointContext(_busInstance, this);
    }

    public ReceiveEndpoint Build(SqsRiderServices services)
    {
        Validate().ThrowIfContainsFailure($"The SQS receive endpoint '{_settings.QueueName}' has invalid settings:");

        var context = CreateReceiveEndpointContext();
        _settings.PrefetchCount = context.PrefetchCount;
        _settings.ConcurrentMessageLimit = context.ConcurrentMessageLimit;
        return new ReceiveEndpoint(new SqsReceiveTransport(context, _settings, services), context);
    }

    private static bool IsWhole(TimeSpan time) => time.Ticks % TimeSpan.TicksPerSecond == 0;
}
