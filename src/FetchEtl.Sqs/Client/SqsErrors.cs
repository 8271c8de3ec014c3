using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;

namespace FetchEtl.Sqs;

/// <summary>The one place that says which failures of SQS are transient, and what a log may say of them.</summary>
public static class SqsErrors
{
    /// <summary>No reply came within the attempt's timeout, so the effect of the request is unknown.</summary>
    internal const string Timeout = "Timeout";

    /// <summary>The connection broke after the request was sent, so its effect is unknown.</summary>
    internal const string ReplyLost = "ReplyLost";

    /// <summary>The reply is in no protocol of SQS.</summary>
    internal const string UnrecognizedReply = "UnrecognizedReply";

    private const string QueryPrefix = "AWS.SimpleQueueService.";

    /// <summary>
    /// Whether the AWS SDK found no usable credentials in its settings. Where it reads profiles, it throws general
    /// exceptions; only the assembly that throws them tells them from others.
    /// </summary>
    /// <param name="exception">What creating or calling a client of the SDK threw.</param>
    public static bool IsProfileFailure(Exception exception) =>
        exception is InvalidOperationException { Source: "AWSSDK.Core" };

    /// <summary>Whether a call that failed with this exception may succeed when it is repeated unchanged.</summary>
    /// <param name="exception">An exception of <c>IAmazonSQS</c>.</param>
    public static bool IsTransient(Exception exception) => exception switch
    {
        // A 200 that cannot be parsed was damaged on its way.
        AmazonUnmarshallingException => true,

        // An error reply: code and status decide. A status of 0 means that there was no reply.
        AmazonServiceException service => IsTransient(Normalize(service.ErrorCode ?? string.Empty), service.StatusCode),

        // Credentials: a failed refresh is as transient as its own call.
        AmazonClientException { InnerException: { } inner } => IsTransient(inner),

        // No credentials at all: an operator must provide them.
        AmazonClientException => false,

        // The network, not the request.
        HttpRequestException or IOException or SocketException or TimeoutException => true,

        // Some other limit of time; a cancelled caller does not ask.
        OperationCanceledException => true,

        _ => false,
    };

    /// <summary>Whether a batch entry that SQS rejected may succeed when it is sent again unchanged.</summary>
    /// <param name="code">The entry's code.</param>
    /// <param name="senderFault">Whether SQS calls the failure the sender's fault.</param>
    public static bool IsTransient(string code, bool senderFault) =>
        IsTransient(Normalize(code), senderFault ? null : HttpStatusCode.InternalServerError);

    /// <summary>
    /// A line about a failure of SQS, for logs and consoles, without a full stop. It quotes no message body: of an
    /// exception that is not the SDK's or the network's, it gives the type only.
    /// </summary>
    /// <param name="exception">What a call of <c>IAmazonSQS</c> threw.</param>
    public static string Describe(Exception exception) => Text(exception).TrimEnd('.');

    private static string Text(Exception exception) => exception switch
    {
        AmazonUnmarshallingException => "SQS sent a reply that cannot be read",
        _ when FailureCauses.Tls(exception) is { } tls => $"SQS cannot be reached: {tls}",
        AmazonServiceException { ErrorCode: Timeout or ReplyLost } => $"SQS gave no reply: {exception.Message}",
        AmazonServiceException { ErrorCode: { Length: > 0 } code } => $"{Normalize(code)}: {exception.Message}",
        AmazonServiceException => exception.Message,
        AmazonClientException client => FailureCauses.Credentials(client),
        _ when IsProfileFailure(exception) => FailureCauses.Credentials(exception),
        HttpRequestException or IOException or SocketException or TimeoutException =>
            $"SQS cannot be reached: {exception.Message}",
        _ => exception.GetType().Name,
    };

    /// <summary>The same line, with the remedy where the right to call is missing.</summary>
    /// <param name="exception">What a call of <c>IAmazonSQS</c> threw.</param>
    /// <param name="permission">The right that the call needs, such as <c>sqs:ReceiveMessage</c>.</param>
    public static string Describe(Exception exception, string permission) =>
        exception is AmazonServiceException { ErrorCode: { } code }
        && Normalize(code).StartsWith("AccessDenied", StringComparison.Ordinal)
            ? $"{Describe(exception)}. Remedy: grant {permission}"
            : Describe(exception);

    /// <summary>
    /// The JSON protocol's name for a code of either protocol: the part behind <c>#</c>, with the Query protocol's
    /// names translated as the service's own model lists them (trait <c>awsQueryError</c>). AWS sends the Query names
    /// with JSON errors, too.
    /// </summary>
    internal static string Normalize(string code)
    {
        code = code[(code.LastIndexOf('#') + 1)..];
        return code switch
        {
            QueryPrefix + "NonExistentQueue" => "QueueDoesNotExist",
            "QueueAlreadyExists" => "QueueNameExists",
            "KMS.ThrottlingException" => "KmsThrottled",
            _ when code.StartsWith("KMS.", StringComparison.Ordinal) =>
                "Kms" + code[4..].Replace("Exception", string.Empty, StringComparison.Ordinal),
            _ => code.StartsWith(QueryPrefix, StringComparison.Ordinal) ? code[QueryPrefix.Length..] : code,
        };
    }

    /// <summary>Whether a call that failed with this normalized code and status may succeed when repeated.</summary>
    internal static bool IsTransient(string code, HttpStatusCode? status) => code switch
    {
        // Throttling: the quota recovers within seconds.
        "RequestThrottled" or "RequestThrottledException" or "Throttling" or "ThrottlingException"
            or "ThrottledException" or "TooManyRequestsException" or "RequestLimitExceeded" or "SlowDown"
            or "KmsThrottled" => true,

        // Too many messages in flight: every delete makes room.
        "OverLimit" => true,

        // The service reports its own failure.
        "InternalFailure" or "InternalError" or "InternalServerError" or "InternalServiceError"
            or "ServiceUnavailable" or "ServiceUnavailableException" or "ServiceFailure" => true,

        // The service did not get the whole request in time.
        "RequestTimeout" or "RequestTimeoutException" => true,

        // The next attempt signs with refreshed credentials.
        _ when IsExpiredCredentials(code) => true,

        // The network, not the request.
        ReplyLost or Timeout => true,

        // Any other code: 5xx and "too many" may pass, but what is not implemented stays so.
        _ => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
            or >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented
            and not HttpStatusCode.HttpVersionNotSupported,
    };

    /// <summary>
    /// Whether a receive that failed with this exception may have hidden messages. An error reply of SQS brings none.
    /// After a lost, late or unreadable reply that is unknown.
    /// </summary>
    internal static bool MayHideMessages(Exception exception) => exception switch
    {
        AmazonUnmarshallingException => true,
        AmazonServiceException service => service.ErrorCode is null or "" or Timeout or ReplyLost or UnrecognizedReply,
        _ => true,
    };

    /// <summary>Whether the code says that the credentials have expired.</summary>
    internal static bool IsExpiredCredentials(string code) =>
        code is "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired";

    /// <summary>Whether the code says that the endpoint does not know the operation in this protocol.</summary>
    internal static bool IsUnknownOperation(string code) =>
        code is "UnknownOperationException" or "UnknownOperation" or "InvalidAction" or "MissingAction";
}
