using System.Runtime.InteropServices;

namespace FetchEtl.Local;

/// <summary>A message on a queue. Only the queue that holds it changes it, under its lock.</summary>
internal sealed class StoredMessage
{
    public StoredMessage(Guid key, MessageContent content, long sentAt)
    {
        Key = key;
        Id = key.ToString();
        Content = content;
        SentAt = sentAt;
        Place = new(this);
    }

    public Guid Key { get; }

    public string Id { get; }

    public MessageContent Content { get; }

    /// <summary>Unix time in milliseconds. Retention counts from here.</summary>
    public long SentAt { get; }

    /// <summary>Null except in FIFO queues.</summary>
    public string? SequenceNumber { get; init; }

    /// <summary>The queue whose redrive policy moved the message here; null for other messages.</summary>
    public string? DeadLetterSourceArn { get; init; }

    /// <summary>Receives on the queues that the message came from by redrive policy.</summary>
    public int EarlierReceives { get; init; }

    public MessageState State { get; set; } = MessageState.Gone;

    /// <summary>When a delayed or in-flight message becomes visible; Unix time in milliseconds.</summary>
    public long VisibleAt { get; set; }

    /// <summary>Receives on this queue.</summary>
    public int ReceiveCount { get; set; }

    public long FirstReceivedAt { get; set; }

    /// <summary>
    /// Time of the latest receive. The 12 hours for which a message can stay in flight count from here.
    /// </summary>
    public long ReceivedAt { get; set; }

    /// <summary>Number of the latest receive, which distinguishes its handle from older ones.</summary>
    public long Receipt { get; set; }

    /// <summary>The message's node in the list of the queue's <see cref="IDeliveryOrder"/>.</summary>
    public LinkedListNode<StoredMessage> Place { get; }
}

/// <summary>The state of a message in its queue.</summary>
internal enum MessageState
{
    /// <summary>Sent with a delay that has not passed yet.</summary>
    Delayed,

    /// <summary>A receive can deliver it.</summary>
    Visible,

    /// <summary>Received, not deleted, and its visibility timeout has not ended yet.</summary>
    InFlight,

    /// <summary>Deleted, moved, purged or past its retention.</summary>
    Gone,
}

/// <summary>The content that a producer sent, validated. Queues share it unchanged.</summary>
internal sealed record MessageContent(string Body, string BodyMd5)
{
    public IReadOnlyDictionary<string, AttributeValue>? Attributes { get; init; }

    public string? AttributesMd5 { get; init; }

    public string? TraceHeader { get; init; }

    public string? SystemAttributesMd5 { get; init; }

    public string? GroupId { get; init; }

    public string? DeduplicationId { get; init; }
}

/// <summary>One receive of a message, as it was at that moment.</summary>
/// <param name="Message">The message.</param>
/// <param name="ReceiptHandle">The handle of this receive.</param>
/// <param name="ReceiveCount">Receives up to this one, on all queues of the message.</param>
/// <param name="FirstReceivedAt">Unix time in milliseconds, on this queue.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Delivery(
    StoredMessage Message, string ReceiptHandle, int ReceiveCount, long FirstReceivedAt);
