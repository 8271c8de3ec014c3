using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;

namespace FetchEtl.Sqs;

/// <summary>Finds what the SDK and the network stack hide in inner exceptions and in long lists.</summary>
internal static class FailureCauses
{
    /// <summary>How the SDK begins its list of providers, each with the reason why it has no credentials.</summary>
    private const string NoCredentials = "Failed to resolve AWS credentials";

    /// <returns>The cause of a failed handshake, and the remedy; null for any other failure.</returns>
    public static string? Tls(Exception exception) => Chain(exception)
        .OfType<AuthenticationException>()
        .Select(tls =>
            $"the TLS handshake failed: {Line(tls.Message)} For a private authority, add its certificate to the "
            + "system's store, or name a file with all trusted certificates in SSL_CERT_FILE; for an endpoint "
            + "without TLS, give an http URL")
        .FirstOrDefault();

    /// <returns>Why there are no credentials: the reason of each provider, or the failure of a call for them.</returns>
    public static string Credentials(Exception exception) =>
        exception.Message.StartsWith(NoCredentials, StringComparison.Ordinal)
            ? "no AWS credentials to sign with: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with "
                + "AWS_PROFILE, or run with a container, instance or web identity role. "
                + $"The AWS SDK tried these: {Reasons(exception.Message)}"
            : string.Join(": ", Chain(exception)
                .Where(IsOfSdkOrNetwork)
                .Select(cause => Reason(Line(cause.Message)))
                .Distinct(StringComparer.Ordinal));

    /// <summary>The SDK lists them as <c>Exception 1 of 3: …</c>, one a line.</summary>
    private static string Reasons(string message) => string.Join("; ", message
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Skip(1)
        .Select(line => line.StartsWith("Exception ", StringComparison.Ordinal) ? line.Split(':', 2)[^1] : line)
        .Select(line => Reason(line.Trim(' ', '.'))));

    /// <summary>
    /// The SDK calls an SSO profile "not allowed here" where its session has no valid token, because only a browser
    /// could get one.
    /// </summary>
    private static string Reason(string text) => text.Contains("is an SSO profile", StringComparison.Ordinal)
        ? "the SSO session of the profile is not logged in, or has expired: run 'aws sso login --profile' with its name"
        : text;

    /// <summary>The texts of any other exception may quote what it was about.</summary>
    private static bool IsOfSdkOrNetwork(Exception exception) => exception is not AmazonUnmarshallingException
        && (SqsErrors.IsProfileFailure(exception) || exception is AmazonClientException or AmazonServiceException
            or HttpRequestException or IOException or SocketException or TimeoutException);

    private static string Line(string message) => message.ReplaceLineEndings(" ").Trim();

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
