namespace FetchEtl.Local;

/// <summary>
/// The quotas of Amazon SQS (developer guide, "Amazon SQS quotas", and the ranges in the API reference).
/// </summary>
internal static class Quotas
{
    /// <summary>Of one message and of one batch, attributes included: 1 MiB.</summary>
    public const int MessageBytes = 1024 * 1024;

    /// <summary>The least that a queue's MaximumMessageSize may be.</summary>
    public const int LeastMaximumMessageBytes = 1024;

    /// <summary>Message attributes of one message.</summary>
    public const int MessageAttributes = 10;

    /// <summary>Characters in an attribute's name, and in its type.</summary>
    public const int AttributeNameLength = 256;

    /// <summary>Characters in a message group id or a deduplication id.</summary>
    public const int MessageIdLength = 128;

    /// <summary>Entries of one batch.</summary>
    public const int BatchEntries = 10;

    /// <summary>Characters in the id of a batch entry.</summary>
    public const int BatchEntryIdLength = 80;

    /// <summary>Messages of one receive.</summary>
    public const int ReceivedMessages = 10;

    /// <summary>15 minutes.</summary>
    public const int DelaySeconds = 900;

    /// <summary>Length of a long poll.</summary>
    public const int WaitSeconds = 20;

    /// <summary>12 hours; also how long a message can stay in flight, counted from its receive.</summary>
    public const int VisibilitySeconds = 43_200;

    /// <summary>14 days.</summary>
    public const int RetentionSeconds = 1_209_600;

    /// <summary>Messages of one queue in flight.</summary>
    public const int InFlight = 120_000;

    /// <summary>Characters in a queue's name, the suffix <c>.fifo</c> included.</summary>
    public const int QueueNameLength = 80;

    /// <summary>Actions of one AddPermission.</summary>
    public const int PermittedActions = 7;

    /// <summary>Tags of one queue.</summary>
    public const int Tags = 50;

    /// <summary>Queues in one page of a list.</summary>
    public const int ListedQueues = 1000;

    /// <summary>Receives before a redrive policy moves a message.</summary>
    public const int MaxReceiveCount = 1000;

    /// <summary>Messages that a move task moves in a second.</summary>
    public const int MovedPerSecond = 500;

    /// <summary>Move tasks of one queue that are listed.</summary>
    public const int ListedMoveTasks = 10;

    /// <summary>A FIFO queue recognizes a message that was sent twice for 5 minutes.</summary>
    public const int DeduplicationSeconds = 300;

    /// <summary>Time between two purges of one queue.</summary>
    public const int PurgeSeconds = 60;
}
