using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.SQS.Model;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>The failures of AWS's calls in words, each with the remedy.</summary>
internal static class SqsTrouble
{
    /// <summary>The client's words; the remedy follows behind a colon.</summary>
    public const string NoCredentials = "no AWS credentials to sign with";

    private static readonly string[] BadCredentials =
    [
        "InvalidClientTokenId", "UnrecognizedClient", "InvalidAccessKeyId", "SignatureDoesNotMatch",
        "IncompleteSignature", "MissingAuthenticationToken", "InvalidSignature", "AuthFailure", "InvalidSecurity",
    ];

    /// <summary>Whether AWS refused the call for lack of a right.</summary>
    /// <remarks>moto, and a proxy, refuse with a 403 that is no reply of SQS.</remarks>
    public static bool IsDenied(Exception? exception) =>
        exception is AmazonServiceException { ErrorCode: { } code, StatusCode: var status }
        && (IsDenied(code) || (code == "UnrecognizedReply" && status == HttpStatusCode.Forbidden));

    /// <summary>Whether a code says that a right is missing.</summary>
    public static bool IsDenied(string code) => code.Contains("AccessDenied", StringComparison.Ordinal)
        || code.Contains("AuthorizationError", StringComparison.Ordinal);

    /// <summary>Whether a code says that the credentials are not valid.</summary>
    public static bool IsBadCredentials(string code) =>
        Array.Exists(BadCredentials, bad => code.Contains(bad, StringComparison.Ordinal));

    /// <summary>Whether the call got no answer.</summary>
    public static bool IsUnreachable(Exception exception) => exception switch
    {
        HttpRequestException or IOException or SocketException or TimeoutException => true,
        AmazonServiceException { ErrorCode: "Timeout" or "ReplyLost" } => true,
        AmazonServiceException { ErrorCode: null or "", InnerException: { } inner } => IsUnreachable(inner),
        _ => false,
    };

    /// <returns>What happened, and what to do.</returns>
    public static (string Found, string Remedy) Describe(Exception exception)
    {
        var text = SqsErrors.Describe(exception).TrimEnd('.');
        if (text.StartsWith(NoCredentials, StringComparison.Ordinal))
        {
            return (NoCredentials, text[(NoCredentials.Length + 2)..]);
        }

        var code = (exception as AmazonServiceException)?.ErrorCode ?? string.Empty;
        return exception switch
        {
            _ when IsUnreachable(exception) => (
                text, "check Sqs:ServiceUrl, or without one the region, and the network or proxy on the way"),
            QueueDoesNotExistException => (text, "create the queue, or correct its name or the region"),
            _ when IsDenied(exception) => (
                text, "grant the right to the caller, and look for a Deny in the queue's policy"),
            _ when code.StartsWith("ExpiredToken", StringComparison.Ordinal)
                || code.StartsWith("RequestExpired", StringComparison.Ordinal) => (
                text, "renew the AWS credentials: their session has ended"),
            _ when IsBadCredentials(code) => (
                text, "correct the AWS credentials, and the clock of this machine if it is wrong"),
            AmazonClientException or InvalidOperationException => (
                text, "set AWS credentials, or a profile that has them"),
            _ => (text, "see the error of AWS; repeat the check if it may pass by itself"),
        };
    }
}
