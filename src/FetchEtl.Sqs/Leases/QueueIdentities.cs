using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>
/// Reads the identities of a queue's messages. A dead letter carries its identity as attributes, which any producer
/// could set, so they count only with a MAC: HMAC-SHA-256 under one of the endpoint's keys. Without a valid one the
/// message is a new one.
/// </summary>
/// <remarks>
/// The MAC covers the queue's name, the MessageId and the SentTimestamp, one a line. It does not cover the body, which
/// may be repaired before a redrive. Its text is the key's generation, a colon and 64 lower-case hex digits. A second
/// MAC covers how often the message was redriven, in a line before these three: <c>redrives 2</c>. Versions without
/// that count read the identity as before.
/// </remarks>
/// <param name="queueName">The queue that messages are received from, and redriven to.</param>
/// <param name="keys">The keys by generation, the first one first. The last one signs; any of them verifies.</param>
/// <param name="time">The clock that bounds sent times.</param>
internal sealed class QueueIdentities(string queueName, IReadOnlyList<byte[]> keys, TimeProvider time)
{
    /// <summary>SQS was opened to the public in 2004.</summary>
    private static readonly long FirstTime = new DateTimeOffset(2004, 1, 1, 0, 0, 0, TimeSpan.Zero)
        .ToUnixTimeMilliseconds();

    /// <summary>
    /// The identity of a message. Where its sent time is missing, or is one that cannot be, the time of receipt counts.
    /// </summary>
    public MessageIdentity Read(Message message)
    {
        var now = time.GetUtcNow();
        var sent = Time(message.SystemText(MessageSystemAttributeName.SentTimestamp), now) ?? now;
        var own = new MessageIdentity(message.MessageId, sent);
        if (keys.Count == 0
            || message.AttributeText(DeadLetterAttributes.Source) is null
            || message.AttributeText(DeadLetterAttributes.OriginalMessageId) is not { } id)
        {
            return own;
        }

        var source = DeadLetterSource.Read(message);
        var milliseconds = message.AttributeText(DeadLetterAttributes.OriginalSentTimestamp) ?? string.Empty;
        return IsAuthentic(source?.Mac, IdentityText(id, milliseconds))
            ? new MessageIdentity(id, Time(milliseconds, now) ?? sent, Redrives: Redrives(source!, id, milliseconds))
            : own with { IsClaimIgnored = true };
    }

    /// <summary>The attributes of an identity with their MACs; null without a key.</summary>
    public (string SentTimestamp, DeadLetterSource Proof)? Sign(MessageIdentity identity)
    {
        if (keys.Count == 0)
        {
            return null;
        }

        var sent = identity.SentTime.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var proof = new DeadLetterSource(
            Queue: null,
            ReceiveCount: null,
            DeadAt: null,
            Mac(keys.Count, IdentityText(identity.MessageId, sent)),
            Redrives: null,
            RedrivesMac: null);
        return (sent, identity.Redrives == 0 ? proof : proof with
        {
            Redrives = identity.Redrives,
            RedrivesMac = Mac(keys.Count, RedrivesText(identity.Redrives, identity.MessageId, sent)),
        });
    }

    /// <summary>0 where the count is not proved. The identity still holds.</summary>
    private int Redrives(DeadLetterSource source, string id, string sent) =>
        source.Redrives is > 0 and var count && IsAuthentic(source.RedrivesMac, RedrivesText(count, id, sent))
            ? count
            : 0;

    private string IdentityText(string id, string sent) => $"{queueName}\n{id}\n{sent}";

    /// <summary>No name of a queue holds a space, so this is never the text of an identity.</summary>
    private string RedrivesText(int count, string id, string sent) =>
        string.Create(CultureInfo.InvariantCulture, $"redrives {count}\n{IdentityText(id, sent)}");

    /// <summary>
    /// Null for a time before SQS existed, or a day after the receipt: clocks differ by less. There is no other limit
    /// on age: a message that is redriven repeatedly outlives every retention.
    /// </summary>
    private static DateTimeOffset? Time(string? milliseconds, DateTimeOffset receivedAt) =>
        long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= FirstTime && value <= receivedAt.AddDays(1).ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(value)
            : null;

    private bool IsAuthentic(string? mac, string text) =>
        int.TryParse(mac?.Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
        && generation >= 1
        && generation <= keys.Count
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(mac!), Encoding.UTF8.GetBytes(Mac(generation, text)));

    private string Mac(int generation, string text)
    {
        var hash = HMACSHA256.HashData(keys[generation - 1], Encoding.UTF8.GetBytes(text));
        return $"{generation}:{Convert.ToHexStringLower(hash)}";
    }
}
