using Amazon.Runtime;
using Amazon.SQS;

namespace FetchEtl.Sqs;

/// <summary>
/// Which SQS the client calls, and with which identity. What is not set here comes from AWS's own settings: environment
/// variables, the shared configuration files and the instance's metadata.
/// </summary>
public sealed class SqsClientOptions
{
    /// <summary>
    /// The SQS endpoint, http or https, for emulators and VPC endpoints. Every request goes to this endpoint, whatever
    /// host the queue URLs name. Default: <c>AWS_ENDPOINT_URL_SQS</c>, then <c>AWS_ENDPOINT_URL</c>, then
    /// <c>endpoint_url</c> of the profile, then AWS's endpoint of the region, FIPS and dual-stack where AWS's settings
    /// say so.
    /// </summary>
    public Uri? ServiceUrl { get; set; }

    /// <summary>
    /// Whether an endpoint on another machine must be https. Default: false; the log then warns of http.
    /// </summary>
    public bool RequireTls { get; set; }

    /// <summary>
    /// The AWS region, such as <c>eu-central-1</c>. Default: <c>AWS_REGION</c>, then <c>AWS_DEFAULT_REGION</c>, the
    /// profile's region, the instance's metadata. A custom endpoint gets <c>us-east-1</c> in place of the metadata.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>The wire protocol. Default: <see cref="SqsProtocol.Auto"/>.</summary>
    public SqsProtocol Protocol { get; set; }

    /// <summary>
    /// The credentials that sign requests; the SDK asks for them at every attempt, so they can refresh themselves.
    /// Default: those of <see cref="Profile"/>, else the AWS SDK's chain (environment, web identity, default profile,
    /// container, instance), resolved at the first call.
    /// </summary>
    public AWSCredentials? Credentials { get; set; }

    /// <summary>The profile in AWS's configuration files. Default: <c>AWS_PROFILE</c>, then <c>default</c>.</summary>
    public string? Profile { get; set; }

    /// <summary>The file that holds <see cref="Profile"/>. Default: <c>~/.aws/credentials</c>.</summary>
    public string? ProfilesLocation { get; set; }

    /// <summary>
    /// Whether receives and deletes skip the SDK's pipeline where the reply is an ordinary one, which saves CPU time.
    /// Everything else, errors and retries included, goes through the SDK. Default: true.
    /// </summary>
    public bool DirectCalls { get; set; } = true;

    /// <summary>
    /// Changes any other setting of the SDK, after those above. <c>Timeout</c> is the time of one attempt (default: 10
    /// seconds), to which a long poll adds 20 seconds; <c>ConnectTimeout</c> defaults to 5 seconds. The client replaces
    /// <c>HttpClientFactory</c>.
    /// </summary>
    public Action<AmazonSQSConfig>? Configure { get; set; }

    /// <summary>Reads an environment variable. Tests set their own.</summary>
    internal Func<string, string?> Environment { get; set; } = System.Environment.GetEnvironmentVariable;
}
