using Amazon.Runtime;

namespace FetchEtl.Sqs;

/// <summary>Where SQS is, who calls it, and how patiently.</summary>
public sealed class SqsClientOptions
{
    /// <summary>
    /// The SQS endpoint, http or https, for emulators and VPC endpoints. Every request goes to this authority, whatever host
    /// the queue URLs name. Default: <c>AWS_ENDPOINT_URL_SQS</c>, then <c>AWS_ENDPOINT_URL</c>, then the region's public
    /// endpoint, <c>https://sqs.&lt;region&gt;.amazonaws.com</c>.
    /// </summary>
    public Uri? ServiceUrl { get; set; }

    /// <summary>
    /// The AWS region, such as <c>eu-central-1</c>. Default: <c>AWS_REGION</c>, then <c>AWS_DEFAULT_REGION</c>, the AWS
    /// profile, the instance's metadata. With a service URL and no region anywhere, <c>us-east-1</c>.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>The wire protocol. Default: <see cref="SqsProtocol.Auto"/>.</summary>
    public SqsProtocol Protocol { get; set; }

    /// <summary>
    /// The credentials to sign with, asked for at every request, so that they can refresh themselves. Default: the AWS SDK's
    /// chain (environment, web identity, profile, container, instance), resolved at the first request.
    /// </summary>
    public AWSCredentials? Credentials { get; set; }

    /// <summary>
    /// How long one attempt may take, from signing to the last byte of the reply. A long poll gets its wait time on top.
    /// Default: 10 seconds. More than 0.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may take to stand, TLS included. Default: 5 seconds. More than 0.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many times a call is tried again after a transient error. Default: 3. From 0 to 10.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>
    /// The median wait before the first retry; it doubles with each one, with jitter, up to 5 seconds.
    /// Default: 100 milliseconds. From 0 to 5 seconds.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads an environment variable. Tests give their own.</summary>
    internal Func<string, string?> Environment { get; set; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Gives a number from 0 to 1 for the jitter. Tests give their own.</summary>
    internal Func<double>? Randomizer { get; set; }

    /// <summary>Every setting that can't work, with its remedy.</summary>
    internal List<string> Problems()
    {
        List<string> problems = [];
        if (ServiceUrl is { } url && !(url.IsAbsoluteUri && url.Scheme is "http" or "https"))
        {
            problems.Add($"{nameof(ServiceUrl)} is '{url}': give an absolute http or https URL");
        }

        if (!Enum.IsDefined(Protocol))
        {
            problems.Add($"{nameof(Protocol)} is {Protocol}: give Auto, Json or Query");
        }

        if (RequestTimeout <= TimeSpan.Zero)
        {
            problems.Add($"{nameof(RequestTimeout)} is {RequestTimeout}: give more than 0");
        }

        if (ConnectTimeout <= TimeSpan.Zero)
        {
            problems.Add($"{nameof(ConnectTimeout)} is {ConnectTimeout}: give more than 0");
        }

        if (MaxRetries is < 0 or > 10)
        {
            problems.Add($"{nameof(MaxRetries)} is {MaxRetries}: give 0 to 10");
        }

        if (RetryDelay < TimeSpan.Zero || RetryDelay > TimeSpan.FromSeconds(5))
        {
            problems.Add($"{nameof(RetryDelay)} is {RetryDelay}: give 0 to 5 seconds");
        }

        return problems;
    }
}
