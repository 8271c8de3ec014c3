namespace FetchEtl.Sqs;

/// <summary>What can stand around a message.</summary>
public enum WrapperKind
{
    /// <summary>A notification of SNS.</summary>
    Sns,

    /// <summary>An event of EventBridge.</summary>
    EventBridge,

    /// <summary>A pointer to the message in S3.</summary>
    S3Pointer,
}
