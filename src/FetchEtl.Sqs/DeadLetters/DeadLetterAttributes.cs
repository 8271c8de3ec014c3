namespace FetchEtl.Sqs;

/// <summary>
/// The message attributes that the rider adds to a dead letter. SQS allows ten attributes a message: these four take
/// precedence, then the producer's own in the order received.
/// </summary>
public static class DeadLetterAttributes
{
    /// <summary>Why the message can never be consumed: fields and rules, never values.</summary>
    public const string Reason = "DeadLetterReason";

    /// <summary>
    /// Where and when it died: JSON with <c>queue</c>, <c>receiveCount</c> and <c>deadAt</c>, and the <c>mac</c> that
    /// authenticates the two attributes below.
    /// </summary>
    public const string Source = "DeadLetterSource";

    /// <summary>
    /// The MessageId of the first sending. SQS gives a redriven message a new one. A rider without
    /// <see cref="ISqsReceiveEndpointConfigurator.IdentityKeys"/> neither writes nor reads it.
    /// </summary>
    public const string OriginalMessageId = "OriginalMessageId";

    /// <summary>
    /// The SentTimestamp of the first sending, in milliseconds since 1970, written and read as
    /// <see cref="OriginalMessageId"/> is.
    /// </summary>
    public const string OriginalSentTimestamp = "OriginalSentTimestamp";
}
