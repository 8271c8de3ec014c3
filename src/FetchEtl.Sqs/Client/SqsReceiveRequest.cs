namespace FetchEtl.Sqs;

/// <summary>How a receive is to be made.</summary>
public sealed record SqsReceiveRequest
{
    /// <summary>The most messages to receive, 1 to 10. Default: 10.</summary>
    public int MaxMessages { get; init; } = SqsClient.MaxBatchSize;

    /// <summary>
    /// How long to wait for a first message, whole seconds from 0 to 20; above 0 is a long poll
    /// ("Amazon SQS short and long polling", SQS Developer Guide). Default: 20 seconds.
    /// </summary>
    public TimeSpan WaitTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the received messages stay invisible, whole seconds from 0 to 12 hours. Default: the queue's own.</summary>
    public TimeSpan? VisibilityTimeout { get; init; }
}
