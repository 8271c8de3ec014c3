namespace FetchEtl.Sqs;

/// <summary>
/// Transport headers of a message that was unwrapped. They stand in the body, so anyone who may send to the queue can
/// choose them: where only SNS or EventBridge may, they are theirs. Message attributes of these names do not count.
/// </summary>
public static class SqsHeaders
{
    /// <summary>SNS's id of the notification. It is the same in every delivery of one publication.</summary>
    public const string SnsMessageId = "Sns-MessageId";

    /// <summary>EventBridge's id of the event.</summary>
    public const string EventBridgeId = "EventBridge-Id";
}
