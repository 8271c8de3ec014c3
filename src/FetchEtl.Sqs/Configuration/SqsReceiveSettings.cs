using Amazon.S3;

namespace FetchEtl.Sqs;

/// <summary>
/// The settings of an endpoint and their defaults; <see cref="ISqsReceiveEndpointConfigurator"/> says what they mean.
/// </summary>
/// <param name="queueName">The queue to receive from.</param>
internal sealed class SqsReceiveSettings(string queueName)
{
    public string QueueName => queueName;

    public string DeadLetterQueueName { get; set; } = SqsQueueName.DeadLetterOf(queueName);

    public bool CreateQueues { get; set; }

    public int PrefetchCount { get; set; } = SqsReceiveLimits.DefaultPrefetchCount;

    public int? ConcurrentMessageLimit { get; set; }

    public TimeSpan WaitTime { get; set; } = SqsReceiveLimits.DefaultWaitTime;

    public TimeSpan VisibilityTimeout { get; set; } = SqsReceiveLimits.DefaultVisibilityTimeout;

    public long PrefetchBytes { get; set; } = SqsReceiveLimits.DefaultPrefetchBytes;

    public Func<CancellationToken, Task> ReceiveGate { get; set; } = static _ => Task.CompletedTask;

    public IReadOnlyList<byte[]> IdentityKeys { get; set; } = [];

    public Func<Exception, string?>? DeadLetterRule { get; set; }

    public SqsUnwrap Unwrap { get; set; }

    public IReadOnlyList<string> PayloadBuckets { get; set; } = [];

    public bool DeletePayloads { get; set; }

    /// <summary>Reads payloads; null where there are no <see cref="PayloadBuckets"/>.</summary>
    public IAmazonS3? S3 { get; set; }

    /// <summary>How many messages a receive asks for.</summary>
    public int BatchSize => Math.Min(SqsLimits.EntriesPerCall, PrefetchCount);

    /// <summary>The most bytes that a receive can bring.</summary>
    public long BatchBytes => BatchSize * (long)SqsLimits.MessageBytes;
}
