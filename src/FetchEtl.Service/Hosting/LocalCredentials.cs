using Amazon.Runtime;

namespace FetchEtl.Service;

/// <summary>
/// Credentials for an SQS on this machine. Emulators check none, so nobody should have to set any to use one; the AWS
/// environment still wins where it holds some.
/// </summary>
internal static class LocalCredentials
{
    /// <returns>Made-up credentials for a loopback endpoint; null where AWS's own chain is to be asked.</returns>
    public static AWSCredentials? For(Uri? serviceUrl, Func<string, string?> environment) =>
        serviceUrl is { IsLoopback: true } && string.IsNullOrEmpty(environment("AWS_ACCESS_KEY_ID"))
            ? new BasicAWSCredentials("local", "local")
            : null;
}
