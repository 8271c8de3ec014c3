namespace FetchEtl.Sqs;

/// <summary>A message as it was received. Its body is held as bytes and never printed.</summary>
public sealed class SqsMessage
{
    /// <summary>The id SQS gave the message when it was sent. It stays through redeliveries; a redrive gives a new one.</summary>
    public required string MessageId { get; init; }

    /// <summary>The handle of this very receive, with which the message is deleted or its visibility changed. Up to 1,024 characters.</summary>
    public required string ReceiptHandle { get; init; }

    /// <summary>The body, UTF-8, at most 1 MiB.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The attributes its sender gave it, at most ten; empty when there are none.</summary>
    public IReadOnlyDictionary<string, SqsMessageAttribute> MessageAttributes { get; init; } = NoAttributes;

    /// <summary>When the message was sent (<c>SentTimestamp</c>, milliseconds); the Unix epoch when the service does not say.</summary>
    public DateTimeOffset SentTime { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>
    /// How many times the message was received, this time included (<c>ApproximateReceiveCount</c>); 1 when the service does not say.
    /// </summary>
    public int ReceiveCount { get; init; } = 1;

    /// <summary>The message group, always there on a FIFO queue.</summary>
    public string? MessageGroupId { get; init; }

    /// <summary>The deduplication id, always there on a FIFO queue.</summary>
    public string? MessageDeduplicationId { get; init; }

    internal static IReadOnlyDictionary<string, SqsMessageAttribute> NoAttributes { get; } =
        System.Collections.ObjectModel.ReadOnlyDictionary<string, SqsMessageAttribute>.Empty;

    /// <summary>The message's id and receive count, nothing of its content.</summary>
    public override string ToString() => $"{MessageId} (receive {ReceiveCount})";
}
