namespace FetchEtl.Local;

/// <summary>What an <see cref="SqsFaultRule"/> does to a call: the ways in which Amazon SQS and the network to it are known to fail.</summary>
public enum SqsFaultKind
{
    /// <summary>The call is refused with <see cref="SqsFaultRule.Code"/> and has no effect.</summary>
    Error,

    /// <summary>The call is refused with <c>RequestThrottled</c>, status 403, and has no effect.</summary>
    Throttling,

    /// <summary>The call is run <see cref="SqsFaultRule.LatencyMilliseconds"/> later, or refused later by another rule.</summary>
    Latency,

    /// <summary>The call has its effect, then the connection is cut without a reply. What was received stays in flight.</summary>
    ReplyLost,

    /// <summary>
    /// Operations whose names end in Batch: an entry fails with <c>InternalError</c>, not the sender's fault, and has no effect.
    /// Drawn for each entry; the others run.
    /// </summary>
    PartialBatchFailure,

    /// <summary>
    /// ReceiveMessage, standard queues: a delivered message stays visible too, at the front, so that the next receive delivers
    /// it again under a new receipt handle and counts on. Then only the newest handle deletes; an older one succeeds and
    /// deletes nothing. Drawn for each message delivered.
    /// </summary>
    DuplicateDelivery,

    /// <summary>
    /// DeleteMessage and DeleteMessageBatch: the delete succeeds and deletes nothing, so the message comes back when its
    /// visibility timeout ends. Drawn for each message.
    /// </summary>
    StaleHandleSuccess,

    /// <summary>
    /// ReceiveMessage, standard queues: another of the next 16 messages is delivered rather than the first. Drawn for each
    /// message delivered, where there is another.
    /// </summary>
    Reordering,
}
