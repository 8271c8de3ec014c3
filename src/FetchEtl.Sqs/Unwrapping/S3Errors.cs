using System.Net;
using Amazon.Runtime;

namespace FetchEtl.Sqs;

/// <summary>The one place that says what failures of S3 mean, and what a log may say of them.</summary>
internal static class S3Errors
{
    /// <summary>Classifies a failure.</summary>
    /// <param name="exception">What a call of <c>IAmazonS3</c> threw.</param>
    public static S3Fault FaultOf(Exception exception) => exception switch
    {
        // S3 is consistent: an object that a producer put before its message is there.
        AmazonServiceException { ErrorCode: "NoSuchKey" or "NoSuchVersion" } => S3Fault.Missing,

        // The SDK got no reply.
        AmazonServiceException { StatusCode: default(HttpStatusCode) } => S3Fault.Away,

        // Throttling, 5xx and the network mean the same everywhere in AWS.
        _ when SqsErrors.IsTransient(exception) => S3Fault.Away,

        _ => S3Fault.Refused,
    };

    /// <summary>
    /// A line about a failure, without a full stop. S3's own text is left out: that of a denied call quotes the key.
    /// </summary>
    public static string Describe(Exception exception) => exception switch
    {
        AmazonServiceException { ErrorCode: "AccessDenied" } =>
            "AccessDenied. Remedy: grant s3:GetObject on the objects and s3:ListBucket on the bucket, without which S3 "
            + "calls a missing object denied, and kms:Decrypt where a KMS key encrypts them",
        AmazonServiceException { ErrorCode: "NoSuchBucket" } =>
            "NoSuchBucket. Remedy: correct the names of the payload buckets",
        AmazonServiceException { ErrorCode: "PermanentRedirect" or "AuthorizationHeaderMalformed" } service =>
            $"{service.ErrorCode}. Remedy: set the region of the bucket",
        AmazonServiceException { ErrorCode: { Length: > 0 } code } => code,
        _ => exception.GetType().Name,
    };

    /// <summary>The same for a delete.</summary>
    public static string DescribeDelete(Exception exception) =>
        exception is AmazonServiceException { ErrorCode: "AccessDenied" }
            ? "AccessDenied. Remedy: grant s3:DeleteObject on the objects"
            : Describe(exception);
}
