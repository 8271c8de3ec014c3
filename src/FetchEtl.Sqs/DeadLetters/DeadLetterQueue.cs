using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>
/// Creates dead letters: the body and the producer's attributes unchanged, and beside them why and where the message
/// was rejected, and its identity when it was first sent.
/// </summary>
/// <param name="settings">The endpoint's settings.</param>
/// <param name="url">The dead-letter queue's URL.</param>
/// <param name="time">Dates the rejection.</param>
internal sealed class DeadLetterQueue(SqsReceiveSettings settings, string url, TimeProvider time)
{
    private const int MaxReasonLength = 4096;

    private readonly bool _isFifo = SqsQueueName.IsFifo(settings.DeadLetterQueueName);

    public string Name => settings.DeadLetterQueueName;

    public string Url => url;

    /// <summary>Reads the identities that dead letters carry.</summary>
    public QueueIdentities Identities { get; } = new(settings.QueueName, settings.IdentityKeys, time);

    /// <remarks>
    /// On a FIFO queue the message's own id deduplicates, so SQS drops a letter that is sent again because the first
    /// reply was lost. The producer's deduplication id cannot: after five minutes it may name another message.
    /// </remarks>
    public DeadLetter Create(Message message, MessageIdentity identity, int bodyBytes, string reason)
    {
        var (attributes, bytes) = Attributes(message, identity, SqsLimits.MessageBytes - bodyBytes, reason);
        var entry = new SendMessageBatchRequestEntry
        {
            MessageBody = message.Body,
            MessageAttributes = attributes,
            MessageGroupId = _isFifo ? message.Group() ?? message.MessageId : null,
            MessageDeduplicationId = _isFifo ? message.MessageId : null,
        };
        return new DeadLetter(entry, bodyBytes + bytes, reason);
    }

    /// <summary>
    /// As many attributes as SQS allows, by count and by size: first the message's identity, then the reason, then the
    /// producer's own in their order.
    /// </summary>
    private (Dictionary<string, MessageAttributeValue> Attributes, int Bytes) Attributes(
        Message message, MessageIdentity identity, int room, string reason)
    {
        var attributes = new AttributeRoom(room);
        var source = new DeadLetterSource(
            settings.QueueName, message.ReceiveCount(), time.GetUtcNow(), Mac: null, Redrives: null, RedrivesMac: null);
        if (Identities.Sign(identity) is var (sent, proof))
        {
            var proved = source with { Mac = proof.Mac, Redrives = proof.Redrives, RedrivesMac = proof.RedrivesMac };
            attributes.TryAddIdentity(proved, identity.MessageId, sent);
        }

        attributes.TryAdd(DeadLetterAttributes.Source, source.ToAttribute());
        attributes.TryAdd(DeadLetterAttributes.Reason, AttributeRoom.Text(Printable(reason)));
        foreach (var (name, value) in message.MessageAttributes ?? [])
        {
            attributes.TryAdd(name, value);
        }

        return (attributes.Taken, attributes.Bytes);
    }

    /// <summary>SQS rejects control characters and lone surrogates in an attribute.</summary>
    private static string Printable(string reason) => string.Create(
        Math.Min(reason.Length, MaxReasonLength),
        reason,
        static (text, reason) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = char.IsControl(reason[i]) || char.IsSurrogate(reason[i]) ? ' ' : reason[i];
            }
        });
}

/// <summary>A message on its way to the dead-letter queue.</summary>
/// <param name="Entry">What is sent; the call sets its id.</param>
/// <param name="Bytes">Body and attributes, as SQS counts them.</param>
/// <param name="Reason">Why it was rejected: fields and rules, never values.</param>
internal sealed record DeadLetter(SendMessageBatchRequestEntry Entry, int Bytes, string Reason);
