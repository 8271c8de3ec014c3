using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>The failures of calls to payload buckets. S3's own text is left out: it can quote a key.</summary>
internal static class PayloadTrouble
{
    private const string RegionHeader = "x-amz-bucket-region";

    private static readonly string[] OtherRegion =
    [
        "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException",
    ];

    public static bool IsMissing(Exception? failure) => failure is AmazonServiceException { ErrorCode: "NoSuchKey" };

    /// <summary>Whether a right is missing; credentials that S3 rejects have codes of their own.</summary>
    public static bool IsDenied(Exception? failure) =>
        failure is AmazonServiceException { ErrorCode: { } code } && SqsTrouble.IsDenied(code);

    /// <summary>Whether S3 refused in a reply that may have no code, as one to HEAD has none.</summary>
    public static bool IsForbidden(Exception? failure) =>
        failure is AmazonServiceException { StatusCode: HttpStatusCode.Forbidden };

    /// <summary>The region of the bucket, which S3 also names where it refuses; null where it does not.</summary>
    public static string? RegionOf(Exception? failure) =>
        failure?.InnerException is HttpErrorResponseException { Response: { } reply }
        && reply.IsHeaderPresent(RegionHeader) ? reply.GetHeaderValue(RegionHeader) : null;

    /// <param name="failure">What a call threw.</param>
    /// <param name="region">The region that was called.</param>
    /// <returns>What happened, and what to do.</returns>
    public static (string Found, string Remedy) Describe(Exception failure, string? region)
    {
        var code = (failure as AmazonServiceException)?.ErrorCode ?? string.Empty;
        var status = (failure as AmazonServiceException)?.StatusCode ?? default;
        var own = SqsErrors.Describe(failure);
        return failure switch
        {
            _ when own.StartsWith(SqsTrouble.NoCredentials, StringComparison.Ordinal) => (
                SqsTrouble.NoCredentials, own[(SqsTrouble.NoCredentials.Length + 2)..]),
            _ when IsUnreachable(failure, status) => (
                failure is TimeoutException ? $"S3 cannot be reached: {failure.Message}" : "S3 cannot be reached",
                "check AWS:ServiceURL, AWS_ENDPOINT_URL_S3 or the region, and the VPC endpoint, network or proxy on "
                + "the way"),
            _ when OtherRegion.Contains(code)
                || status is HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect => (
                RegionOf(failure) is { } other && other != region
                    ? $"it is in {Printable(other)}, and the requests go to {region ?? "another region"}"
                    : $"it is in another region than {region} ({Printable(code)})",
                "use a bucket in the region of the queue, or correct AWS:Region"),
            _ when code == "NoSuchBucket" => ("no such bucket", "create it, or correct Sqs:PayloadBuckets"),
            _ when code.StartsWith("ExpiredToken", StringComparison.Ordinal) => (
                $"S3 refused ({Printable(code)})", "renew the AWS credentials: their session has ended"),
            _ when SqsTrouble.IsBadCredentials(code) => (
                $"S3 refused ({Printable(code)})",
                "correct the AWS credentials, and the clock of this machine if it is wrong"),
            _ when SqsErrors.IsTransient(failure) => (
                $"S3 throttles or fails ({Printable(code)})", "run doctor again; this may pass by itself"),
            _ => (
                $"S3 refused ({Printable(code.Length > 0 ? code : $"{(int)status}")})",
                "look the code up in S3's documentation"),
        };
    }

    private static bool IsUnreachable(Exception failure, HttpStatusCode status) => SqsTrouble.IsUnreachable(failure)
        || failure is OperationCanceledException
        || (failure is AmazonServiceException && !Enum.IsDefined(status));

    private static string Printable(string text) => PrintableText.Of(text);
}
