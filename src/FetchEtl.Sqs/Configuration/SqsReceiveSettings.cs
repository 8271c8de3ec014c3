namespace FetchEtl.Sqs;

/// <summary>The settings of a configured endpoint. Times are whole seconds, as SQS counts.</summary>
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
    /// <summary>How many messages a receive asks for.</summary>
    public int BatchSize => Math.Min(SqsLimits.EntriesPerCall, PrefetchCount);

    /// <summary>The most bytes that a receive can bring.</summary>
    public long BatchBytes => BatchSize * (long)SqsLimits.MessageBytes;
}
