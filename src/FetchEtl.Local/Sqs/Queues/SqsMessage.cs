namespace FetchEtl.Local;

/// <summary>A message on a queue. Mutable members change only under the lock of the queue that holds it.</summary>
internal sealed class SqsMessage
{
    public SqsMessage(Guid key, MessageContent content, long sentAt)
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

    /// <summary>Unix time in milliseconds.</summary>
    public long SentAt { get; }

    /// <summary>Set in FIFO queues.</summary>
    public string? SequenceNumber { get; init; }

    /// <summary>The queue whose redrive policy moved the message here.</summary>
    public string? DeadLetterSourceArn { get; init; }

    public MessageState State { get; set; } = MessageState.Gone;

    /// <summary>When a delayed or in-flight message becomes visible; Unix time in milliseconds.</summary>
    public long VisibleAt { get; set; }

    public int ReceiveCount { get; set; }

    public long FirstReceivedAt { get; set; }

    /// <summary>When it was last received: the 12 hours that a lease can last count from here.</summary>
    public long ReceivedAt { get; set; }

    /// <summary>Tells the latest receive's handle from older ones.</summary>
    public long Receipt { get; set; }

    /// <summary>Its node in the list that the queue's <see cref="IDeliveryOrder"/> keeps.</summary>
    public LinkedListNode<SqsMessage> Place { get; }
}
