namespace FetchEtl.Sqs;

/// <summary>
/// Limits of SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html.
/// </summary>
public static class SqsLimits
{
    /// <summary>Body and attributes of one message, 1 MiB.</summary>
    public const int MessageBytes = 1024 * 1024;

    /// <summary>All messages of one batch call together, 1 MiB.</summary>
    public const int CallBytes = 1024 * 1024;

    /// <summary>Entries of a batch call, and messages that one receive returns at most.</summary>
    public const int EntriesPerCall = 10;

    /// <summary>Attributes of one message.</summary>
    public const int Attributes = 10;

    /// <summary>The longest long poll.</summary>
    public static readonly TimeSpan WaitTime = TimeSpan.FromSeconds(20);

    /// <summary>The longest visibility timeout.</summary>
    public static readonly TimeSpan VisibilityTimeout = TimeSpan.FromHours(12);
}
