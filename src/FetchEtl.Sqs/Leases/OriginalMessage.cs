using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Sqs;

/// <summary>
/// What a message was when it was first sent. SQS gives a redriven message a new id and a new time, so a dead letter carries
/// the first ones along as attributes.
/// </summary>
internal static class OriginalMessage
{
    /// <summary>The first SQS MessageId. SQS's ids are UUIDs; another implementation's id becomes one by its hash.</summary>
    public static Guid Id(SqsMessage message)
    {
        var id = IdText(message);

        return Guid.TryParse(id, out var guid) ? guid : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16), bigEndian: true);
    }

    public static string IdText(SqsMessage message) =>
        Attribute(message, DeadLetterAttributes.OriginalMessageId) is { Length: > 0 } original ? original : message.MessageId;

    public static DateTimeOffset SentTime(SqsMessage message) =>
        long.TryParse(Attribute(message, DeadLetterAttributes.OriginalSentTimestamp), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : message.SentTime;

    /// <summary>Only a dead letter's attributes are believed: a producer's own of the same name means something else.</summary>
    private static string? Attribute(SqsMessage message, string name) =>
        message.MessageAttributes.Count > 0
        && message.MessageAttributes.ContainsKey(DeadLetterAttributes.Source)
        && message.MessageAttributes.TryGetValue(name, out var attribute)
            ? attribute.StringValue
            : null;
}
