namespace FetchEtl.Sqs;

/// <summary>What a failure of S3 means for the message whose payload it holds.</summary>
internal enum S3Fault
{
    /// <summary>The object does not exist: the message can never be consumed.</summary>
    Missing,

    /// <summary>S3 is away or throttles: the same call may succeed later.</summary>
    Away,

    /// <summary>An operator must correct something: a right, a key of KMS, the region.</summary>
    Refused,
}
