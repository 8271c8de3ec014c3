using System.Net;

namespace FetchEtl.Sqs;

/// <summary>The one place that says what an error of SQS is called and whether it is transient.</summary>
internal static class SqsErrors
{
    /// <summary>
    /// The JSON protocol's name for a code of either protocol: the part behind <c>#</c>, and the Query protocol's old names
    /// translated as the service's own model lists them (trait <c>awsQueryError</c>).
    /// </summary>
    public static string Normalize(string code)
    {
        code = code[(code.LastIndexOf('#') + 1)..];
        return code switch
        {
            "AWS.SimpleQueueService.NonExistentQueue" => SqsErrorCode.QueueDoesNotExist,
            "QueueAlreadyExists" => SqsErrorCode.QueueNameExists,
            "KMS.AccessDeniedException" => "KmsAccessDenied",
            "KMS.DisabledException" => "KmsDisabled",
            "KMS.InvalidKeyUsageException" => "KmsInvalidKeyUsage",
            "KMS.InvalidStateException" => "KmsInvalidState",
            "KMS.NotFoundException" => "KmsNotFound",
            "KMS.OptInRequired" => "KmsOptInRequired",
            "KMS.ThrottlingException" => "KmsThrottled",
            _ => code.StartsWith(QueryPrefix, StringComparison.Ordinal) ? code[QueryPrefix.Length..] : code,
        };
    }

    /// <summary>Whether a call that failed so may succeed when it is made again as it is.</summary>
    public static bool IsTransient(string code, HttpStatusCode? status) => code switch
    {
        // Throttling: the quota frees itself within a second or so.
        "RequestThrottled" or "RequestThrottledException" or "Throttling" or "ThrottlingException" or "ThrottledException"
            or "TooManyRequestsException" or "RequestLimitExceeded" or "SlowDown" or "KmsThrottled" => true,

        // In flight is at its limit: every delete makes room.
        SqsErrorCode.OverLimit => true,

        // The service is unwell and says so.
        "InternalFailure" or "InternalError" or "InternalServerError" or "InternalServiceError"
            or "ServiceUnavailable" or "ServiceUnavailableException" or "ServiceFailure" => true,

        // The service waited for the request in vain.
        "RequestTimeout" or "RequestTimeoutException" => true,

        // Credentials are asked for anew at every attempt, and a refresh was called for.
        "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" => true,

        // The network, not the request.
        SqsErrorCode.ConnectionFailed or SqsErrorCode.ReplyLost or SqsErrorCode.Timeout => true,

        // Missing credentials do not appear by asking again: an operator must provide them.
        SqsErrorCode.NoCredentials => false,

        // Any other code goes by the status: 5xx and "too many" may pass, but what is not implemented stays so.
        _ => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
            or >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented
            and not HttpStatusCode.HttpVersionNotSupported,
    };

    /// <summary>Whether the code says that the credentials have expired, so that fresh ones must be fetched.</summary>
    public static bool IsExpiredCredentials(string code) => code is "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired";

    /// <summary>Whether the code says that the endpoint does not know the operation in the protocol it was asked in.</summary>
    public static bool IsUnknownOperation(string code) =>
        code is "UnknownOperationException" or "UnknownOperation" or "InvalidAction" or "MissingAction";

    private const string QueryPrefix = "AWS.SimpleQueueService.";
}
