namespace FetchEtl.Local;

/// <summary>
/// What an <see cref="SqsFaultRule"/> does to a call. Amazon SQS, or the network to it, can fail in each of these ways.
/// </summary>
public enum SqsFaultKind
{
    /// <summary>The call is rejected with <see cref="SqsFaultRule.Code"/> and has no effect.</summary>
    Error,

    /// <summary>The call is rejected with <c>RequestThrottled</c>, status 403, and has no effect.</summary>
    Throttling,

    /// <summary>
    /// The call runs <see cref="SqsFaultRule.LatencyMilliseconds"/> later. If another rule rejects it, the rejection is
    /// late.
    /// </summary>
    Latency,

    /// <summary>
    /// The call has its effect, then the server closes the connection without a reply. Received messages stay in
    /// flight.
    /// </summary>
    ReplyLost,

    /// <summary>
    /// Operations whose names end in Batch: an entry fails with <c>InternalError</c> and <c>SenderFault</c> false, and
    /// has no effect. Drawn for each entry; the other entries run.
    /// </summary>
    PartialBatchFailure,

    /// <summary>
    /// ReceiveMessage on standard queues: a delivered message also stays visible, in front of the others. The next
    /// receive delivers it again, with a new receipt handle and a higher receive count. Only the newest handle deletes
    /// it then; a delete with an older handle succeeds and deletes nothing. Drawn for each delivered message.
    /// </summary>
    DuplicateDelivery,

    /// <summary>
    /// DeleteMessage and DeleteMessageBatch: the delete succeeds and deletes nothing, so the message returns when its
    /// visibility timeout ends. Drawn for each message.
    /// </summary>
    StaleHandleSuccess,

    /// <summary>
    /// ReceiveMessage on standard queues: instead of the first message, one of the next 15 is delivered. Drawn for each
    /// delivered message, where there is another.
    /// </summary>
    Reordering,

    /// <summary>
    /// ReceiveMessage: a delivered message is malformed in one of five ways. Its SentTimestamp is missing or out of
    /// range, its ApproximateReceiveCount is no number, it has no receipt handle, or an additional message attribute is
    /// not base64. The message on the queue is intact and returns when its visibility timeout ends. Drawn for each
    /// delivered message.
    /// </summary>
    MalformedMessage,

    /// <summary>
    /// GetQueueAttributes: the three counts of messages are 0. SQS counts approximately and late.
    /// </summary>
    StaleCounts,
}
