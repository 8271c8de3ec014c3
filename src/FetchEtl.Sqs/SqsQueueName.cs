namespace FetchEtl.Sqs;

/// <summary>Rules for the names of SQS queues.</summary>
public static class SqsQueueName
{
    private const string FifoSuffix = ".fifo";

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
