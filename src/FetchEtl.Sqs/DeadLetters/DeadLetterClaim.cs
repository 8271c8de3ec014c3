using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>What a dead letter says of itself.</summary>
/// <param name="MessageId">
/// The MessageId of the first sending, where a MAC proves it or the letter is that message itself; else the letter's
/// own.
/// </param>
/// <param name="SentTime">When that message was sent.</param>
public sealed record DeadLetterClaim(string MessageId, DateTimeOffset SentTime)
{
    /// <summary>What moved the message to the dead-letter queue.</summary>
    public DeadLetterOrigin Origin { get; init; }

    /// <summary>
    /// What the attribute <see cref="DeadLetterAttributes.OriginalMessageId"/> says, proved or not. A producer may have
    /// written anything there.
    /// </summary>
    public string? ClaimedMessageId { get; init; }

    /// <summary>
    /// Whether the letter claims the identity of an earlier message, and no key proves it: a producer forged it, it
    /// came from another queue, or another key signed it.
    /// </summary>
    public bool IsClaimIgnored { get; init; }

    /// <summary>Whether the letter came from another queue than the one it would go back to.</summary>
    public bool IsFromOtherQueue { get; init; }

    /// <summary>
    /// The attribute <see cref="DeadLetterAttributes.Reason"/>; null where SQS moved the message. Nothing proves it: a
    /// producer may have written anything there.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>How often the message was redriven: proved by a MAC, or as claimed where there are no keys.</summary>
    public int Redrives { get; init; }
}

/// <summary>What moved a message to the dead-letter queue.</summary>
public enum DeadLetterOrigin
{
    /// <summary>Neither: a producer or a person sent it there.</summary>
    Unknown = 0,

    /// <summary>This rider, with a reason.</summary>
    Rider = 1,

    /// <summary>SQS, by the redrive policy of a queue.</summary>
    Sqs = 2,
}

/// <summary>A message that sends a dead letter back to its queue.</summary>
/// <param name="Entry">What is sent; the caller sets its id.</param>
/// <param name="Bytes">Body and attributes, as SQS counts them.</param>
/// <param name="DroppedAttributes">How many attributes of the producer found no room.</param>
public sealed record RedrivenMessage(SendMessageBatchRequestEntry Entry, int Bytes, int DroppedAttributes);
