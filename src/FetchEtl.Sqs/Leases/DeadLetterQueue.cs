using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FetchEtl.Sqs;

/// <summary>
/// Where messages go that can never be consumed: the body untouched, the producer's attributes kept, and beside them why, from
/// where, and what the message was when it was first sent.
/// </summary>
internal sealed class DeadLetterQueue(SqsClient client, string queueUrl, SqsReceiveSettings settings, TimeProvider time)
{
    private const int MaxReasonLength = 4096;

    private readonly bool _isFifo = SqsQueueName.IsFifo(settings.DeadLetterQueueName);

    public string Name => settings.DeadLetterQueueName;

    /// <remarks>
    /// To a FIFO queue it goes under the message's own id: one sent a second time, because the first reply was lost, is taken for
    /// the same. The producer's deduplication id would not do: after five minutes it may stand for another message.
    /// </remarks>
    /// <exception cref="SqsException">The dead letter was not accepted; the message must stay where it is.</exception>
    public Task SendAsync(SqsMessage message, string reason)
    {
        var entry = new SqsSendEntry(message.Body)
        {
            MessageAttributes = Attributes(message, reason),
            MessageGroupId = _isFifo ? message.MessageGroupId ?? message.MessageId : null,
            MessageDeduplicationId = _isFifo ? message.MessageId : null,
        };

        return client.SendMessageAsync(queueUrl, entry, CancellationToken.None);
    }

    /// <summary>
    /// What fits: attributes count towards the size of a message, and the body goes first. Then who it was, why it died, and the
    /// producer's own, first come.
    /// </summary>
    private Dictionary<string, SqsMessageAttribute> Attributes(SqsMessage message, string reason)
    {
        var room = SqsLimits.MessageBytes - message.Body.Length;
        var attributes = new Dictionary<string, SqsMessageAttribute>(SqsLimits.Attributes);
        Add(DeadLetterAttributes.Source, Text(Source(message)));
        Add(DeadLetterAttributes.OriginalMessageId, Text(OriginalMessage.IdText(message)));
        Add(DeadLetterAttributes.OriginalSentTimestamp, new("Number", OriginalMessage.SentTime(message).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), null));
        Add(DeadLetterAttributes.Reason, Text(Printable(reason)));
        foreach (var (name, attribute) in message.MessageAttributes)
        {
            Add(name, attribute);
        }

        return attributes;

        void Add(string name, SqsMessageAttribute attribute)
        {
            var size = Encoding.UTF8.GetByteCount(name) + attribute.Size;
            if (attributes.Count < SqsLimits.Attributes && size <= room && attributes.TryAdd(name, attribute))
            {
                room -= size;
            }
        }
    }

    private string Source(SqsMessage message) => JsonSerializer.Serialize(
        new DeadLetterSource(settings.QueueName, message.ReceiveCount, time.GetUtcNow()), DeadLetterJson.Default.DeadLetterSource);

    /// <summary>SQS takes no control characters in an attribute.</summary>
    private static string Printable(string reason)
    {
        var text = new StringBuilder(reason.Length);
        foreach (var character in reason.AsSpan(0, Math.Min(reason.Length, MaxReasonLength)))
        {
            text.Append(char.IsControl(character) || char.IsSurrogate(character) ? ' ' : character);
        }

        return text.ToString();
    }

    private static SqsMessageAttribute Text(string value) => new("String", value, null);
}
