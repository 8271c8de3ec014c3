using System.Globalization;
using System.Text;
using System.Text.Json;
using FetchEtl.Sqs.Configuration;

namespace FetchEtl.Sqs.Leases;

/// <summary>
/// Where messages go that can never be consumed: the body untouched, the producer's attributes kept, and beside them why, from
/// where, and what the message was when it was first sent.
/// </summary>
internal sealed class DeadLetterQueue(SqsClient client, string queueUrl, SqsReceiveSettings settings, TimeProvider time)
{

    // SQS: ten attributes a message. Four are ours.
    private const int MaxAttributes = 10;
    private const int MaxReasonLength = 4096;

    private readonly bool _isFifo = SqsQueueName.IsFifo(settings.DeadLetterQueueName);

    public string Name => settings.DeadLetterQueueName;

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

    private Dictionary<string, SqsMessageAttribute> Attributes(SqsMessage message, string reason)
    {
        var own = new Dictionary<string, SqsMessageAttribute>(MaxAttributes)
        {
            [DeadLetterAttributes.Reason] = Text(Printable(reason)),
            [DeadLetterAttributes.Source] = Text(Source(message)),
            [DeadLetterAttributes.OriginalMessageId] = Text(OriginalMessage.IdText(message)),
            [DeadLetterAttributes.OriginalSentTimestamp] = new("Number", OriginalMessage.SentTime(message).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), null),
        };

        foreach (var (name, attribute) in message.MessageAttributes)
        {
            if (own.Count < MaxAttributes)
            {
                own.TryAdd(name, attribute);
            }
        }

        return own;
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
