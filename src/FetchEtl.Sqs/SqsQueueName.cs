namespace FetchEtl.Sqs;

/// <summary>Rules for the names of SQS queues.</summary>
public static class SqsQueueName
{
    /// <summary>What SQS allows, for the texts of errors.</summary>
    public const string Rule =
        "a queue's name, not its URL or ARN: 1 to 80 letters, digits, hyphens and underscores, with .fifo at the end "
        + "for a FIFO queue";

    private const string FifoSuffix = ".fifo";
    private const int MaxLength = 80;

    /// <summary>Whether SQS allows the name; the suffix of a FIFO queue counts towards its 80 characters.</summary>
    public static bool IsValid(string queueName)
    {
        var stem = IsFifo(queueName) ? queueName[..^FifoSuffix.Length] : queueName;
        return stem.Length > 0 && queueName.Length <= MaxLength
            && stem.All(x => char.IsAsciiLetterOrDigit(x) || x is '-' or '_');
    }

    /// <summary>True for a FIFO queue, whose name must end in <c>.fifo</c>.</summary>
    public static bool IsFifo(string queueName)
    {
        ArgumentNullException.ThrowIfNull(queueName);
        return queueName.EndsWith(FifoSuffix, StringComparison.Ordinal);
    }

    /// <summary>
    /// The default name of a queue's dead-letter queue: <c>login-queue-dead</c> of <c>login-queue</c>,
    /// <c>orders-dead.fifo</c> of <c>orders.fifo</c>.
    /// </summary>
    public static string DeadLetterOf(string queueName) =>
        IsFifo(queueName) ? $"{queueName[..^FifoSuffix.Length]}-dead{FifoSuffix}" : $"{queueName}-dead";
}
