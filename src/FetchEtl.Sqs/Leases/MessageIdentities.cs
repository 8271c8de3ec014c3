using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
/// may be repaired before a redrive. Its text is the key's generation, a colon and 64 lower-case hex digits.
/// </remarks>
/// <param name="queueName">The queue that messages are received from, and redriven to.</param>
/// <param name="keys">The keys by generation, the first one first. The last one signs; any of them verifies.</param>
/// <param name="time">The clock that bounds sent times.</param>
internal sealed class MessageIdentities(string queueName, IReadOnlyList<byte[]> keys, TimeProvider time)
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
            || Text(message, DeadLetterAttributes.Source) is not { } source
            || Text(message, DeadLetterAttributes.OriginalMessageId) is not { } id)
        {
            return own;
        }

        var milliseconds = Text(message, DeadLetterAttributes.OriginalSentTimestamp) ?? string.Empty;
        return IsAuthentic(MacOf(source), id, milliseconds)
            ? new MessageIdentity(id, Time(milliseconds, now) ?? sent)
            : own with { IsClaimIgnored = true };
    }

    /// <summary>The attributes of an identity and their MAC; null without a key.</summary>
    public (string SentTimestamp, string Mac)? Sign(MessageIdentity identity)
    {
        var sent = identity.SentTime.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        return keys.Count == 0 ? null : (sent, Mac(keys.Count, identity.MessageId, sent));
    }

    /// <summary>The MAC in a <see cref="DeadLetterAttributes.Source"/>, whatever a producer wrote there.</summary>
    private static string MacOf(string source)
    {
        try
        {
            return JsonSerializer.Deserialize(source, DeadLetterJson.Default.DeadLetterSource)?.Mac ?? string.Empty;
        }
        catch (JsonException)
        {
            return string.Empty;
        }
    }

    private static string? Text(Message message, string name) =>
        message.MessageAttributes is { Count: > 0 } attributes ? attributes.GetValueOrDefault(name)?.StringValue : null;

    /// <summary>
    /// Null for a time before SQS existed, or a day after the receipt: clocks differ by less. There is no other limit
    /// on age: a message that is redriven again and again outlives every retention.
    /// </summary>
    private static DateTimeOffset? Time(string? milliseconds, DateTimeOffset receivedAt) =>
        long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= FirstTime && value <= receivedAt.AddDays(1).ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(value)
            : null;

    private bool IsAuthentic(string mac, string id, string sent) =>
        int.TryParse(mac.Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
        && generation >= 1
        && generation <= keys.Count
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(mac), Encoding.UTF8.GetBytes(Mac(generation, id, sent)));

    private string Mac(int generation, string id, string sent)
    {
        var identity = Encoding.UTF8.GetBytes($"{queueName}\n{id}\n{sent}");
        return $"{generation}:{Convert.ToHexStringLower(HMACSHA256.HashData(keys[generation - 1], identity))}";
    }
}
