using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>
/// The identity of a message across a redrive. SQS gives a redriven message a new id and a new time, so a dead letter
/// carries those of the first sending as attributes.
/// </summary>
internal static class MessageIdentity
{
    /// <summary>SQS was opened to the public in 2004.</summary>
    private static readonly long FirstTime = new DateTimeOffset(2004, 1, 1, 0, 0, 0, TimeSpan.Zero)
        .ToUnixTimeMilliseconds();

    /// <summary>The first SQS MessageId. SQS's ids are UUIDs; any other id is turned into one by its hash.</summary>
    public static Guid Id(Message message)
    {
        var id = IdText(message);
        return Guid.TryParse(id, out var guid)
            ? guid
            : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>The first SQS MessageId as text.</summary>
    public static string IdText(Message message) =>
        DeadLetterText(message, DeadLetterAttributes.OriginalMessageId) is { Length: > 0 } original
            ? original
            : message.MessageId;

    /// <summary>
    /// When the message was first sent. Where SQS does not say it, or says what cannot be, the time of receipt counts.
    /// </summary>
    public static DateTimeOffset SentTime(Message message, DateTimeOffset receivedAt) =>
        Time(DeadLetterText(message, DeadLetterAttributes.OriginalSentTimestamp), receivedAt)
        ?? Time(SystemText(message, MessageSystemAttributeName.SentTimestamp), receivedAt)
        ?? receivedAt;

    /// <summary>How many times SQS has delivered the message, this time included; 1 where it does not say.</summary>
    public static int ReceiveCount(Message message)
    {
        var text = SystemText(message, MessageSystemAttributeName.ApproximateReceiveCount);
        return int.TryParse(text, NumberStyles.None, null, out var count) ? count : 1;
    }

    /// <summary>The message group; null on a standard queue.</summary>
    public static string? Group(Message message) => SystemText(message, MessageSystemAttributeName.MessageGroupId);

    private static string? SystemText(Message message, string name) => message.Attributes?.GetValueOrDefault(name);

    /// <summary>
    /// Only a dead letter's attributes count: a producer's own attribute of the same name means something else.
    /// </summary>
    private static string? DeadLetterText(Message message, string name) =>
        message.MessageAttributes is { Count: > 0 } attributes
        && attributes.ContainsKey(DeadLetterAttributes.Source)
        && attributes.TryGetValue(name, out var attribute)
            ? attribute.StringValue
            : null;

    /// <summary>Null for a time before SQS existed, or a day after the receipt: clocks differ by less.</summary>
    private static DateTimeOffset? Time(string? milliseconds, DateTimeOffset receivedAt) =>
        long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= FirstTime && value <= receivedAt.AddDays(1).ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(value)
            : null;
}
