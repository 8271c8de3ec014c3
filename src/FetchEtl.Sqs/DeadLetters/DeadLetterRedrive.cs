using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>
/// Reads dead letters, and creates the messages that send them back to their queue. A redriven message keeps the
/// identity and the date of its first sending, and counts how often it was redriven.
/// </summary>
/// <param name="queueName">The queue that the letters came from, and go back to.</param>
/// <param name="identityKeys">
/// As <see cref="ISqsReceiveEndpointConfigurator.IdentityKeys"/>. Without keys nothing of a letter is proved, and a
/// redriven message is a new one.
/// </param>
/// <param name="time">The clock that bounds sent times.</param>
public sealed class DeadLetterRedrive(string queueName, IReadOnlyList<byte[]> identityKeys, TimeProvider time)
{
    private static readonly string[] Identifying =
    [
        DeadLetterAttributes.Source,
        DeadLetterAttributes.OriginalMessageId,
        DeadLetterAttributes.OriginalSentTimestamp,
    ];

    private readonly QueueIdentities _identities = new(queueName, identityKeys, time);

    /// <summary>Reads what a message of the dead-letter queue says of itself.</summary>
    /// <param name="letter">As received, with all its attributes.</param>
    public DeadLetterClaim Read(Message letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        var identity = _identities.Read(letter);
        var source = DeadLetterSource.Read(letter);
        var movedFrom = letter.SystemText(MessageSystemAttributeName.DeadLetterQueueSourceArn)?.Split(':')[^1];
        var reason = letter.AttributeText(DeadLetterAttributes.Reason);
        var from = movedFrom ?? source?.Queue;
        return new DeadLetterClaim(identity.MessageId, identity.SentTime)
        {
            Origin = movedFrom is not null ? DeadLetterOrigin.Sqs
                : reason is not null ? DeadLetterOrigin.Rider
                : DeadLetterOrigin.Unknown,
            ClaimedMessageId = letter.AttributeText(DeadLetterAttributes.OriginalMessageId),
            IsClaimIgnored = identity.IsClaimIgnored,
            IsFromOtherQueue = from is not null && from != queueName,
            Reason = movedFrom is null ? reason : null,
            Redrives = identityKeys.Count > 0 ? identity.Redrives : Math.Max(0, source?.Redrives ?? 0),
        };
    }

    /// <summary>Creates the message that sends a letter back to its queue, with one more redrive counted.</summary>
    /// <param name="letter">As received, with all its attributes.</param>
    /// <returns>Null where the body leaves no room for the attributes that keep the identity.</returns>
    /// <remarks>
    /// On a FIFO queue the letter's own id deduplicates, so a send that is repeated because its reply was lost adds no
    /// second message. The producer's own deduplication id could make SQS drop the message.
    /// </remarks>
    public RedrivenMessage? Create(Message letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        var bodyBytes = Encoding.UTF8.GetByteCount(letter.Body);
        var attributes = new AttributeRoom(SqsLimits.MessageBytes - bodyBytes);
        var identity = _identities.Read(letter);
        if (_identities.Sign(identity with { Redrives = identity.Redrives + 1 }) is var (sent, proof)
            && !attributes.TryAddIdentity(proof, identity.MessageId, sent))
        {
            return null;
        }

        var dropped = 0;
        foreach (var (name, value) in letter.MessageAttributes ?? [])
        {
            var isOurs = name == DeadLetterAttributes.Reason
                || (identityKeys.Count > 0 && Identifying.Contains(name, StringComparer.Ordinal));
            dropped += isOurs || attributes.TryAdd(name, value) ? 0 : 1;
        }

        var isFifo = SqsQueueName.IsFifo(queueName);
        var entry = new SendMessageBatchRequestEntry
        {
            MessageBody = letter.Body,
            MessageAttributes = attributes.Taken,
            MessageGroupId = letter.Group() ?? (isFifo ? letter.MessageId : null),
            MessageDeduplicationId = isFifo ? letter.MessageId : null,
        };
        if (letter.SystemText(MessageSystemAttributeName.AWSTraceHeader) is { Length: > 0 } trace)
        {
            entry.MessageSystemAttributes = new()
            {
                [MessageSystemAttributeNameForSends.AWSTraceHeader] =
                    new MessageSystemAttributeValue { DataType = "String", StringValue = trace },
            };
        }

        return new RedrivenMessage(entry, bodyBytes + attributes.Bytes, dropped);
    }
}
