namespace FetchEtl.Sqs;

/// <summary>Error codes of <see cref="SqsException"/>: those the client itself gives, and those of the service its callers act on.</summary>
public static class SqsErrorCode
{
    /// <summary>No credentials were found to sign with.</summary>
    public const string NoCredentials = "NoCredentials";

    /// <summary>The request never left: the name did not resolve, or no connection stood.</summary>
    public const string ConnectionFailed = "ConnectionFailed";

    /// <summary>The connection broke after the request was sent, so its effect is unknown.</summary>
    public const string ReplyLost = "ReplyLost";

    /// <summary>No reply within the request timeout, so the request's effect is unknown.</summary>
    public const string Timeout = "Timeout";

    /// <summary>What answered speaks no protocol of SQS.</summary>
    public const string UnrecognizedReply = "UnrecognizedReply";

    /// <summary>There is no such queue in this account and region.</summary>
    public const string QueueDoesNotExist = "QueueDoesNotExist";

    /// <summary>A queue of this name exists with other attributes.</summary>
    public const string QueueNameExists = "QueueNameExists";

    /// <summary>The receipt handle is not one of this queue's, or has expired.</summary>
    public const string ReceiptHandleIsInvalid = "ReceiptHandleIsInvalid";

    /// <summary>The message is not in flight: it is visible again, or deleted.</summary>
    public const string MessageNotInflight = "MessageNotInflight";

    /// <summary>The limit of messages in flight is reached.</summary>
    public const string OverLimit = "OverLimit";
}
