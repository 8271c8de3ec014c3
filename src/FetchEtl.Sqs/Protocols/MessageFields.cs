using System.Runtime.InteropServices;

namespace FetchEtl.Sqs;

/// <summary>The fields of a message while its reply is being read.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct MessageFields
{
    public string? MessageId;
    public string? ReceiptHandle;
    public ReadOnlyMemory<byte>? Body;
    public long? SentTimestamp;
    public int? ReceiveCount;
    public string? GroupId;
    public string? DeduplicationId;
    public IReadOnlyDictionary<string, SqsMessageAttribute>? Attributes;

    /// <exception cref="FormatException">A field that every message has is missing.</exception>
    public readonly SqsMessage ToMessage() => new()
    {
        MessageId = MessageId ?? throw new FormatException("A received message has no MessageId."),
        ReceiptHandle = ReceiptHandle ?? throw new FormatException("A received message has no ReceiptHandle."),
        Body = Body ?? throw new FormatException("A received message has no Body."),
        SentTime = DateTimeOffset.FromUnixTimeMilliseconds(SentTimestamp ?? 0),
        ReceiveCount = ReceiveCount ?? 1,
        MessageGroupId = GroupId,
        MessageDeduplicationId = DeduplicationId,
        MessageAttributes = Attributes ?? SqsMessage.NoAttributes,
    };
}
