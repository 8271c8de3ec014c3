namespace FetchEtl.Sqs;

/// <summary>What an SQS queue's name says.</summary>
public static class SqsQueueName
{
    private const string FifoSuffix = ".fifo";

    /// <summary>True for a FIFO queue: SQS wants its name to end in <c>.fifo</c>.</summary>
    public static bool IsFifo(string queueName)
    {
        ArgumentNullException.ThrowIfNull(queueName);
        return queueName.EndsWith(FifoSuffix, StringComparison.Ordinal);
    }

    /// <summary>The dead-letter queue that goes with a queue by default: <c>login-queue-dead</c>, <c>orders-dead.fifo</c>.</summary>
    public static string DeadLetterOf(string queueName) =>
        IsFifo(queueName) ? string.Concat(queueName.AsSpan(0, queueName.Length - FifoSuffix.Length), "-dead", FifoSuffix) : queueName + "-dead";
}
