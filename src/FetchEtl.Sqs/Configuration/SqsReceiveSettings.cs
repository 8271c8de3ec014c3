namespace FetchEtl.Sqs;

/// <summary>What an endpoint knows of its queue once it is configured.</summary>
internal sealed record SqsReceiveSettings(
    string QueueName,
    string DeadLetterQueueName,
    bool CreateQueues,
    int PrefetchCount,
    int? ConcurrentMessageLimit,
    TimeSpan WaitTime,
    TimeSpan VisibilityTimeout,
    long PrefetchBytes,
    Func<CancellationToken, Task> ReceiveGate)
{
    /// <summary>SQS hands out at most ten messages a call.</summary>
    public int BatchSize => Math.Min(10, PrefetchCount);

    /// <summary>What a receive may bring at most.</summary>
    public long BatchBytes => BatchSize * (long)SqsLimits.MessageBytes;
}
