namespace FetchEtl.Sqs;

/// <summary>
/// Limits of SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html.
/// </summary>
internal static class SqsLimits
{
    /// <summary>Body and attributes of one message, 1 MiB.</summary>
    public const int MessageBytes = 1024 * 1024;

    /// <summary>Attributes of one message.</summary>
    public const int Attributes = 10;
}
