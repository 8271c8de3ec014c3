namespace FetchEtl.Service;

/// <summary>What is good, risky and wrong about the dead-letter queue.</summary>
internal static class DeadLetterRules
{
    /// <param name="dead">The dead-letter queue.</param>
    /// <param name="source">The queue that is read; null where it could not be read.</param>
    public static IEnumerable<Finding> Judge(QueueFacts dead, QueueFacts? source)
    {
        yield return Type(dead, source);
        yield return Retention(dead, source);
        yield return QueueRules.Encryption(Checks.DeadEncryption, dead);
        yield return Redrive(dead, source);
        yield return Checks.DeadMessages.Ok(Words.Depth(dead));
    }

    private static Finding Type(QueueFacts dead, QueueFacts? source)
    {
        var type = dead.IsFifo ? "FIFO" : "standard";
        return source is null ? Checks.DeadType.Ok(type)
            : dead.IsFifo == source.IsFifo ? Checks.DeadType.Ok($"{type}, as the queue")
            : Checks.DeadType.Fail(
                $"{type}, and the queue is {(source.IsFifo ? "FIFO" : "standard")}: SQS cannot redrive from one to the "
                + "other",
                "name a dead-letter queue of the queue's type in Sqs:DeadLetterQueueName");
    }

    private static Finding Retention(QueueFacts dead, QueueFacts? source)
    {
        var retention = Words.Of(dead.Retention);
        return source is null ? Checks.DeadRetention.Ok(retention)
            : dead.Retention < source.Retention
                ? Checks.DeadRetention.Fail(
                    $"{retention}, the queue's is {Words.Of(source.Retention)}: a letter that SQS moves late is "
                    + "deleted before anybody reads it",
                    "raise MessageRetentionPeriod of the dead-letter queue to the queue's or more, at most 14 days")
                : Checks.DeadRetention.Ok($"{retention}, at least the queue's");
    }

    private static Finding Redrive(QueueFacts dead, QueueFacts? source) => dead.Redrive switch
    {
        null => Checks.DeadRedrive.Ok("none, as it should be"),
        { } policy when source is not null && policy.TargetArn == source.Arn => Checks.DeadRedrive.Fail(
            "SQS moves letters that are read back to the queue: they go round for ever",
            "remove the redrive policy of the dead-letter queue"),
        { } policy => Checks.DeadRedrive.Warn(
            $"SQS moves a letter to {policy.Target} after {Words.Count(policy.MaxReceives, "receive")}: reading "
            + "letters moves them away",
            "remove the redrive policy of the dead-letter queue"),
    };
}
