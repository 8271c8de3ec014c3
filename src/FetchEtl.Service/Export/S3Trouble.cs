using System.Net;
using Amazon.Runtime;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>The failures of S3 in words, each with S3's code and the remedy.</summary>
internal static class S3Trouble
{
    /// <summary>Whether the exception is a failure of S3 or of the network, and no bug.</summary>
    public static bool Knows(Exception exception) => KeyTrouble.Knows(exception);

    /// <param name="exception">What a call threw.</param>
    /// <param name="place">The bucket and prefix.</param>
    /// <param name="right">The right that the call needs.</param>
    public static string Describe(Exception exception, string place, string right)
    {
        var service = exception as AmazonServiceException;
        var code = service?.ErrorCode ?? string.Empty;
        var isDamaged = exception is AmazonClientException { InnerException: null }
            && !SqsErrors.Describe(exception).StartsWith(SqsTrouble.NoCredentials, StringComparison.Ordinal);
        var problem = exception switch
        {
            _ when isDamaged => "a reply was damaged, or the endpoint's ETags are no MD5",
            _ when code.Length > 0 && !code.All(char.IsDigit) => $"S3 refused ({PrintableText.Of(code)})",
            AmazonServiceException { StatusCode: var status } when Enum.IsDefined(status) =>
                $"S3 replied {(int)status}",
            _ => "S3 cannot be reached",
        };
        var remedy = code switch
        {
            _ when isDamaged =>
                "run the export again; if this repeats, use an endpoint whose ETags are the MD5 or have a hyphen",
            "NoSuchBucket" => "create the bucket, or correct its name in --to",
            "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" =>
                "set AWS:Region to the region of the bucket",
            "PreconditionFailed" or "ConditionalRequestConflict" =>
                "another export wrote the manifest meanwhile: let one run at a time, and run this one again",
            "SlowDown" or "ServiceUnavailable" or "InternalError" or "RequestTimeout" =>
                "S3 throttles or fails for the moment: run the export again later",
            _ when code.StartsWith("ExpiredToken", StringComparison.Ordinal) => "renew the AWS credentials",
            _ when SqsTrouble.IsBadCredentials(code) => "correct the AWS credentials",
            _ when SqsTrouble.IsDenied(code) || service?.StatusCode == HttpStatusCode.Forbidden =>
                $"grant {right} on the bucket or its objects to the role of this process",
            _ when SqsErrors.Describe(exception) is var text
                && text.StartsWith(SqsTrouble.NoCredentials, StringComparison.Ordinal) => text,
            _ when service is { StatusCode: HttpStatusCode.NotFound } =>
                "create the bucket, or correct its name in --to",
            _ when service is null || !Enum.IsDefined(service.StatusCode) =>
                "check AWS:Region, AWS:ServiceURL and AWS_ENDPOINT_URL_S3, and the network or proxy on the way",
            _ => "run the export again; if this repeats, look the code up in S3's documentation",
        };
        return $"{place} cannot be used, {problem}: {remedy}. The objects that are there are whole.";
    }
}
