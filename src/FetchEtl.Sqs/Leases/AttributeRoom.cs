using System.Text;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>The attributes of one message, as many as SQS allows by count and by size.</summary>
/// <param name="room">The bytes that the body leaves.</param>
internal sealed class AttributeRoom(int room)
{
    public Dictionary<string, MessageAttributeValue> Taken { get; } =
        new(SqsLimits.Attributes, StringComparer.Ordinal);

    /// <summary>The size of what was taken, as SQS counts it.</summary>
    public int Bytes { get; private set; }

    public static MessageAttributeValue Text(string text, string type = "String") =>
        new() { DataType = type, StringValue = text };

    /// <returns>False where there is no room, or where the name is taken.</returns>
    public bool TryAdd(string name, MessageAttributeValue value)
    {
        var size = Size(name, value);
        if (Taken.Count >= SqsLimits.Attributes || Bytes + size > room || !Taken.TryAdd(name, value))
        {
            return false;
        }

        Bytes += size;
        return true;
    }

    /// <summary>Adds the three attributes of an identity. One of them proves nothing without the others.</summary>
    /// <returns>False where there is no room for all three.</returns>
    public bool TryAddIdentity(DeadLetterSource proof, string messageId, string sentTimestamp)
    {
        (string Name, MessageAttributeValue Value)[] together =
        [
            (DeadLetterAttributes.Source, proof.ToAttribute()),
            (DeadLetterAttributes.OriginalMessageId, Text(messageId)),
            (DeadLetterAttributes.OriginalSentTimestamp, Text(sentTimestamp, "Number")),
        ];
        return Bytes + together.Sum(x => Size(x.Name, x.Value)) <= room
            && together.All(x => TryAdd(x.Name, x.Value));
    }

    private static int Size(string name, MessageAttributeValue value) =>
        Encoding.UTF8.GetByteCount(name)
        + Encoding.UTF8.GetByteCount(value.DataType ?? string.Empty)
        + Encoding.UTF8.GetByteCount(value.StringValue ?? string.Empty)
        + (int)(value.BinaryValue?.Length ?? 0);
}
