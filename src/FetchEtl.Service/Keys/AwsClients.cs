using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.S3;
using FetchEtl.Sqs;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>
/// Configures clients of AWS's services beside SQS, by the same settings: identity and region of <c>Sqs</c> and
/// <c>AWS</c>, endpoints of <c>AWS</c> and the environment.
/// </summary>
internal static class AwsClients
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Completes a configuration.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="environment">Returns environment variables.</param>
    /// <param name="service">The service, as in <c>AWS_ENDPOINT_URL_KMS</c>.</param>
    /// <param name="config">The configuration of the service's client.</param>
    /// <exception cref="KeyStoreException">The settings cannot work.</exception>
    public static T Configure<T>(
        IConfiguration configuration, Func<string, string?> environment, string service, T config)
        where T : ClientConfig
    {
        if (AwsSettings.Problems(configuration).FirstOrDefault() is { } problem)
        {
            throw new KeyStoreException(problem.TrimEnd('.'));
        }

        var options = new SqsClientOptions { Region = Text(configuration["Sqs:Region"]) };
        AwsSettings.Apply(configuration, options);
        config.Timeout = AttemptTimeout;
        config.ConnectTimeout = ConnectTimeout;
        AwsSettings.Apply(configuration, config);
        var profile = Profile(options, config);
        string?[] regions =
        [
            options.Region, environment("AWS_REGION"), environment("AWS_DEFAULT_REGION"), profile?.Region?.SystemName,
        ];
        if (Array.Find(regions, region => !string.IsNullOrWhiteSpace(region)) is { } found)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(found);
            config.AuthenticationRegion = found;
        }

        if (Endpoint(options, service, config) is { } endpoint)
        {
            // Set once more, even if it came from AWS's settings: the SDK would ask the instance for a region.
            config.ServiceURL = endpoint;
            config.AuthenticationRegion ??= RegionEndpoint.USEast1.SystemName;
        }
        else if (config.RegionEndpoint is null)
        {
            throw new KeyStoreException("set AWS:Region, AWS_REGION or the region of the profile: none of them is set");
        }

        config.DefaultAWSCredentials = options.Credentials
            ?? LocalCredentials.ForEndpoint(config.ServiceURL, options, environment, $"AWS_ENDPOINT_URL_{service}");
        return config;
    }

    /// <summary>
    /// Configures a client of S3. An endpoint other than AWS's gets the bucket in the path: emulators and VPC endpoints
    /// have no host name for each bucket.
    /// </summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="environment">Returns environment variables.</param>
    /// <exception cref="KeyStoreException">The settings cannot work.</exception>
    public static AmazonS3Config ConfigureS3(IConfiguration configuration, Func<string, string?> environment)
    {
        var config = Configure(configuration, environment, "S3", new AmazonS3Config());
        config.ForcePathStyle = !string.IsNullOrEmpty(config.ServiceURL);
        return config;
    }

    private static CredentialProfile? Profile(SqsClientOptions options, ClientConfig config)
    {
        if (string.IsNullOrEmpty(options.Profile))
        {
            return null;
        }

        config.Profile = new Profile(options.Profile, options.ProfilesLocation);
        return new CredentialProfileStoreChain(options.ProfilesLocation).TryGetProfile(options.Profile, out var profile)
            ? profile
            : throw new KeyStoreException("correct AWS:Profile, which names a profile that is in none of AWS's files");
    }

    private static string? Endpoint(SqsClientOptions options, string service, ClientConfig config)
    {
        try
        {
            var url = options.ServiceUrl?.AbsoluteUri ?? config.ServiceURL;
            if (string.IsNullOrEmpty(url) || new Uri(url).Scheme is "http" or "https")
            {
                return Text(url);
            }
        }
        catch (Exception exception) when (exception is AmazonClientException or UriFormatException)
        {
            // The error below says more.
        }

        throw new KeyStoreException(
            $"AWS:ServiceURL, AWS_ENDPOINT_URL_{service}, AWS_ENDPOINT_URL or the profile's endpoint_url must be an "
            + "absolute http or https URL");
    }

    private static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
