using Amazon.Runtime;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// Credentials for an SQS on this machine. Emulators do not check credentials, so a user need not set any. Keys in the
/// environment and an identity in the <c>AWS</c> section take precedence.
/// </summary>
internal static class LocalCredentials
{
    /// <returns>Fixed credentials for a loopback endpoint; null where the SDK's own chain decides.</returns>
    public static AWSCredentials? For(SqsClientOptions options, Func<string, string?> environment) =>
        options.ServiceUrl is { IsLoopback: true } && string.IsNullOrEmpty(options.Profile)
        && string.IsNullOrEmpty(environment("AWS_ACCESS_KEY_ID"))
            ? new BasicAWSCredentials("local", "local")
            : null;
}
