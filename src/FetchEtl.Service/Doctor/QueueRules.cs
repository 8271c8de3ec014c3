namespace FetchEtl.Service;

/// <summary>What is good, risky and wrong about the queue that is read.</summary>
internal static class QueueRules
{
    /// <summary>docs/operations.md advises this many: an outage and a few restarts use up receives.</summary>
    private const int SafeReceives = 10;

    private static readonly TimeSpan ShortRetention = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortVisibility = TimeSpan.FromSeconds(10);

    public static IEnumerable<Finding> Judge(QueueFacts queue, SqsSettings settings)
    {
        yield return Checks.QueueType.Ok(queue.IsFifo
            ? "FIFO: messages of a group are handled one after another"
            : "standard");
        yield return Redrive(queue.Redrive, settings);
        yield return Visibility(queue, settings);
        yield return queue.Retention < ShortRetention
            ? Checks.QueueRetention.Warn(
                $"{Words.Of(queue.Retention)}: SQS deletes what an outage keeps waiting for longer",
                "raise MessageRetentionPeriod of the queue to some days; 14 days is SQS's limit")
            : Checks.QueueRetention.Ok(Words.Of(queue.Retention));
        yield return Encryption(Checks.QueueEncryption, queue);
        yield return Checks.QueueMessages.Ok(Words.Depth(queue));
    }

    public static Finding Encryption(Check check, QueueFacts queue) => queue switch
    {
        { KmsKey: { } key } => check.Ok($"SSE-KMS with {key}"),
        { HasSqsEncryption: true } => check.Ok("SSE-SQS"),
        _ => check.Warn(
            "none: SQS stores the bodies, which hold personal data, in the clear",
            "set SqsManagedSseEnabled or KmsMasterKeyId of the queue"),
    };

    private static Finding Redrive(RedrivePolicy? policy, SqsSettings settings)
    {
        if (policy is null)
        {
            return Checks.QueueRedrive.Ok(
                $"none: FetchEtl moves invalid messages to {settings.DeadLetterQueue} by itself, and retries others");
        }

        var moves = $"SQS moves a message to {policy.Target} after {Words.Count(policy.MaxReceives, "receive")}";
        if (policy.MaxReceives == 1)
        {
            return Checks.QueueRedrive.Fail(
                $"{moves}: each stop of a worker moves up to Sqs:PrefetchCount = {settings.PrefetchCount} valid "
                + "messages there",
                $"raise maxReceiveCount to {SafeReceives} or more");
        }

        if (policy.MaxReceives < SafeReceives)
        {
            return Checks.QueueRedrive.Warn(
                $"{moves}. A killed worker uses up one receive of up to Sqs:PrefetchCount = {settings.PrefetchCount} "
                + "messages",
                $"raise maxReceiveCount to {SafeReceives} or more");
        }

        return policy.Target == settings.DeadLetterQueue
            ? Checks.QueueRedrive.Ok(moves)
            : Checks.QueueRedrive.Warn(
                $"{moves}, and FetchEtl moves invalid ones to {settings.DeadLetterQueue}: dead letters lie in two "
                + "places",
                $"set Sqs:DeadLetterQueueName to {policy.Target}, or read both queues");
    }

    private static Finding Visibility(QueueFacts queue, SqsSettings settings)
    {
        var used = TimeSpan.FromSeconds(settings.VisibilityTimeoutSeconds);
        var found = $"{Words.Of(used)} by Sqs:VisibilityTimeoutSeconds, renewed at half of it; the queue's own "
            + $"{Words.Of(queue.VisibilityTimeout)} is not used";
        return used < ShortVisibility
            ? Checks.QueueVisibility.Warn(
                $"{found}. A pause of {Words.Of(used)} lets messages be delivered again",
                "raise Sqs:VisibilityTimeoutSeconds to 30")
            : Checks.QueueVisibility.Ok(found);
    }
}
