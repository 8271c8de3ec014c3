namespace FetchEtl.Sqs;

/// <summary>What stands around the message in the body of each SQS message.</summary>
public enum SqsUnwrap
{
    /// <summary>Nothing: the body is the message.</summary>
    None,

    /// <summary>
    /// A notification of SNS, without raw message delivery. Any other body becomes a dead letter:
    /// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html.
    /// </summary>
    Sns,

    /// <summary>
    /// An event of EventBridge, whose <c>detail</c> is the message. Any other body becomes a dead letter:
    /// https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html.
    /// </summary>
    EventBridge,

    /// <summary>
    /// Any of these, one in the other as well. A body counts as wrapped only where each of its keys is one of the
    /// wrapper's, so a message that has a key named <c>Message</c> or <c>detail</c> stays as it is.
    /// </summary>
    Auto,
}
