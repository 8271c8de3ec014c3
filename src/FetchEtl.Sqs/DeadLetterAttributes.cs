namespace FetchEtl.Sqs;

/// <summary>
/// The message attributes that a dead letter carries beside its producer's own. SQS allows ten attributes a message: these four
/// take precedence, then the producer's in the order received.
/// </summary>
public static class DeadLetterAttributes
{
    /// <summary>Why the message can never be consumed: fields and rules, never values.</summary>
    public const string Reason = "DeadLetterReason";

    /// <summary>Where and when it died: JSON with <c>queue</c>, <c>receiveCount</c> and <c>deadAt</c>.</summary>
    public const string Source = "DeadLetterSource";

    /// <summary>The MessageId of its first sending, which a redrive would otherwise lose.</summary>
    public const string OriginalMessageId = "OriginalMessageId";

    /// <summary>The SentTimestamp of its first sending, in milliseconds since 1970.</summary>
    public const string OriginalSentTimestamp = "OriginalSentTimestamp";
}
