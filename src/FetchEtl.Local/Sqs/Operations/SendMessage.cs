using System.Text.Json.Serialization;

namespace FetchEtl.Local;

/// <summary>SendMessage and SendMessageBatch.</summary>
internal static class SendMessage
{
    public static SendMessageOutput Run(ApiCall call, SendMessageInput input) =>
        Send(call, call.Queue(input.QueueUrl), input, id: null);

    public static BatchOutput<SendMessageOutput> RunBatch(ApiCall call, BatchInput<SendMessageEntry> input)
    {
        var queue = call.Queue(input.QueueUrl);
        var bytes = input.Entries?.Sum(entry => (long)MessageValidation.SizeOf(entry)) ?? 0;
        if (bytes > Quotas.MessageBytes)
        {
            throw ApiError.BatchRequestTooLong.With(
                $"Batch requests cannot be longer than {Quotas.MessageBytes} bytes. You have sent {bytes} bytes.");
        }

        return MessageBatch.Run(
            "SendMessageBatch",
            call.Faults,
            input.Entries,
            entry => Send(call, queue, entry, entry.Id),
            entries => MessageValidation.CheckIdsOfAll(entries, queue));
    }

    private static SendMessageOutput Send(ApiCall call, StoredQueue queue, MessageToSend input, string? id)
    {
        var content = MessageValidation.Check(input, queue);
        content = content with { TraceHeader = content.TraceHeader ?? call.TraceHeader };
        var message = queue.Send(content, input.DelaySeconds);
        return new()
        {
            Id = id,
            MessageId = message.Id,
            BodyMd5 = content.BodyMd5,
            AttributesMd5 = content.AttributesMd5,
            SystemAttributesMd5 = content.SystemAttributesMd5,
            SequenceNumber = message.SequenceNumber,
        };
    }
}

/// <summary>The members that SendMessage and an entry of SendMessageBatch have in common.</summary>
internal abstract record MessageToSend
{
    public string? MessageBody { get; init; }

    public int? DelaySeconds { get; init; }

    public Dictionary<string, AttributeValue>? MessageAttributes { get; init; }

    public Dictionary<string, AttributeValue>? MessageSystemAttributes { get; init; }

    public string? MessageDeduplicationId { get; init; }

    public string? MessageGroupId { get; init; }
}

internal sealed record SendMessageInput : MessageToSend
{
    public string? QueueUrl { get; init; }
}

internal sealed record SendMessageEntry : MessageToSend, IBatchEntry
{
    public string? Id { get; init; }
}

internal sealed record SendMessageOutput
{
    /// <summary>The entry's id in a batch; null for a single message.</summary>
    public string? Id { get; init; }

    public required string MessageId { get; init; }

    [JsonPropertyName("MD5OfMessageBody")]
    public required string BodyMd5 { get; init; }

    [JsonPropertyName("MD5OfMessageAttributes")]
    public string? AttributesMd5 { get; init; }

    [JsonPropertyName("MD5OfMessageSystemAttributes")]
    public string? SystemAttributesMd5 { get; init; }

    public string? SequenceNumber { get; init; }
}

/// <summary>A message attribute as both protocols carry it.</summary>
internal sealed record AttributeValue
{
    public string? DataType { get; init; }

    public string? StringValue { get; init; }

    public byte[]? BinaryValue { get; init; }
}
