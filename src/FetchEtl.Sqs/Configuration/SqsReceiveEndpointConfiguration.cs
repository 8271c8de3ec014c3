using Amazon.S3;
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

    public SqsUnwrap Unwrap { set => _settings.Unwrap = value; }

    public IReadOnlyList<string> PayloadBuckets { set => _settings.PayloadBuckets = value; }

    public bool DeletePayloads { set => _settings.DeletePayloads = value; }

    public override IEnumerable<ValidationResult> Validate()
    {
        (string Setting, bool IsValid, string Rule)[] rules =
        [
            (nameof(DeadLetterQueueName),
                !string.IsNullOrWhiteSpace(_settings.DeadLetterQueueName)
                    && _settings.DeadLetterQueueName != _settings.QueueName,
                "must name another queue than the one it serves"),
            (nameof(WaitTime),
                IsWhole(_settings.WaitTime, TimeSpan.Zero, SqsLimits.WaitTime),
                $"must be 0 to {SqsLimits.WaitTime.TotalSeconds} whole seconds"),
            (nameof(VisibilityTimeout),
                IsWhole(
                    _settings.VisibilityTimeout,
                    SqsReceiveLimits.MinVisibilityTimeout,
                    SqsLimits.VisibilityTimeout),
                $"must be {SqsReceiveLimits.MinVisibilityTimeout.TotalSeconds} seconds to "
                    + $"{SqsLimits.VisibilityTimeout.TotalHours} hours, in whole seconds"),
            (nameof(PrefetchCount),
                Transport.PrefetchCount is >= 1 and <= SqsReceiveLimits.MaxPrefetchCount,
                $"must be 1 to {SqsReceiveLimits.MaxPrefetchCount}: SQS allows a queue about 120,000 "
                    + "messages in flight"),
            (nameof(PrefetchBytes),
                _settings.PrefetchBytes >= SqsReceiveLimits.MinPrefetchBytes,
                $"must be at least {SqsReceiveLimits.MinPrefetchBytes} (10 MiB): a receive brings up to "
                    + $"{SqsLimits.EntriesPerCall} messages of 1 MiB"),
            (nameof(IdentityKeys),
                _settings.IdentityKeys?.All(key => key is { Length: >= 32 }) == true,
                "must be keys of 32 bytes or more"),
            (nameof(Unwrap), Enum.IsDefined(_settings.Unwrap), "must be a value of SqsUnwrap"),
            (nameof(PayloadBuckets),
                _settings.PayloadBuckets?.All(S3BucketName.IsValid) == true,
                $"must each be {S3BucketName.Rule}"),
            (nameof(DeletePayloads),
                !_settings.DeletePayloads || _settings.PayloadBuckets is not { Count: 0 },
                "needs PayloadBuckets"),
        ];
        return base.Validate().Concat(rules.Where(x => !x.IsValid).Select(x => this.Failure(x.Setting, x.Rule)));
    }

    public override ReceiveEndpointContext CreateReceiveEndpointContext()
    {
        var builder = new ReceiveEndpointBuilder(this);
        ApplySpecifications(builder);

        return new SqsReceiveEndpointContext(_busInstance, this);
    }

    /// <param name="services">What the endpoint works with.</param>
    /// <param name="s3">Returns the client of S3, where the endpoint needs one.</param>
    public ReceiveEndpoint Build(SqsRiderServices services, Func<IAmazonS3> s3)
    {
        Validate().ThrowIfContainsFailure($"The SQS receive endpoint '{_settings.QueueName}' has invalid settings:");

        var context = CreateReceiveEndpointContext();
        _settings.PrefetchCount = context.PrefetchCount;
        _settings.ConcurrentMessageLimit = context.ConcurrentMessageLimit;
        _settings.S3 = _settings.PayloadBuckets.Count > 0 ? s3() : null;
        return new ReceiveEndpoint(new SqsReceiveTransport(context, _settings, services), context);
    }

    private static bool IsWhole(TimeSpan time, TimeSpan least, TimeSpan most) =>
        time >= least && time <= most && time.Ticks % TimeSpan.TicksPerSecond == 0;
}
