namespace FetchEtl.Service;

/// <summary>What SQS counted on the queue and on its dead-letter queue.</summary>
/// <param name="Queue">The queue that is read; null while unknown.</param>
/// <param name="DeadLetters">Its dead-letter queue; null while unknown.</param>
/// <param name="Problem">Why something is unknown; null where nothing is.</param>
internal sealed record QueueCounts(QueueDepth? Queue, QueueDepth? DeadLetters, string? Problem)
{
    /// <summary>Before the first reading.</summary>
    public static QueueCounts Unread { get; } = new(null, null, "SQS was not asked yet");
}
