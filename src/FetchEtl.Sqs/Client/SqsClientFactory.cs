using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.SQS;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>Creates the SDK's client from the options and AWS's own settings.</summary>
internal static class SqsClientFactory
{
    /// <exception cref="SqsSettingsException">The options or AWS's settings cannot work.</exception>
    public static IAmazonSQS Create(
        SqsClientOptions options, SqsMetrics metrics, ILoggerFactory loggers, TimeProvider timeProvider)
    {
        var config = CreateConfig(options);
        var logger = loggers.CreateLogger<SqsClient>();
        if (UnencryptedEndpoint(config) is { } endpoint)
        {
            logger.EndpointIsUnencrypted(endpoint.Host);
        }

        config.HttpClientFactory = new SqsHttpClientFactory(options, metrics, logger, timeProvider);
        return options.DirectCalls
            ? new DirectSqsClient(options.Credentials, config, timeProvider, logger)
            : new SqsClient(options.Credentials, config, logger);
    }

    /// <summary>The SDK's configuration, with endpoint and region resolved: problems appear before a call.</summary>
    /// <exception cref="SqsSettingsException">The options or AWS's settings cannot work.</exception>
    internal static AmazonSQSConfig CreateConfig(SqsClientOptions options)
    {
        var profile = FindProfile(options, options.Profile);
        if (string.Join(". ", Problems(options, profile)) is { Length: > 0 } problems)
        {
            throw Invalid(problems);
        }

        // Every attempt is signed anew, so that a retry uses refreshed credentials. A broken connection is an ordinary
        // failure: the SDK would add ten retries without a delay.
        var config = new AmazonSQSConfig { ResignRetries = true, MaxStaleConnectionRetries = 0 };
        if (!string.IsNullOrEmpty(options.Profile))
        {
            config.Profile = new Profile(options.Profile, options.ProfilesLocation);
        }

        // The SDK reads neither AWS_DEFAULT_REGION, as the AWS CLI does, nor the region of a profile that an option
        // names.
        string?[] regions =
        [
            options.Region,
            options.Environment("AWS_REGION"),
            options.Environment("AWS_DEFAULT_REGION"),
            profile?.Region?.SystemName,
        ];
        if (Array.Find(regions, x => !string.IsNullOrWhiteSpace(x)) is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            config.AuthenticationRegion = region;
        }

        if (options.ServiceUrl is { } url)
        {
            config.ServiceURL = url.AbsoluteUri;
        }

        options.Configure?.Invoke(config);
        if (ServiceUrl(config) is { } custom)
        {
            // Set once more, even if it came from AWS's settings: the SDK would ask the instance for a region.
            config.ServiceURL = custom;
            var fallback = FallbackRegionFactory.GetRegionEndpoint(includeInstanceMetadata: false);
            config.AuthenticationRegion ??= (fallback ?? RegionEndpoint.USEast1).SystemName;
            if (options.RequireTls && UnencryptedEndpoint(config) is not null)
            {
                throw Invalid("RequireTls is set, and the endpoint is http on another machine: give it an https URL");
            }
        }
        else if (config.RegionEndpoint is null)
        {
            throw Invalid(
                UnknownProfile(options)
                + "Region is not set, and AWS's settings name none: set Region, AWS_REGION or the region of the "
                + "profile; "
                + "for an emulator, set ServiceUrl");
        }

        return config;
    }

    private static CredentialProfile? FindProfile(SqsClientOptions options, string? name) =>
        !string.IsNullOrEmpty(name)
        && new CredentialProfileStoreChain(options.ProfilesLocation).TryGetProfile(name, out var profile)
            ? profile
            : null;

    /// <summary>
    /// The SDK passes over an <c>AWS_PROFILE</c> that does not exist, since keys in the environment come before it.
    /// Only where something is missing is it the likely cause.
    /// </summary>
    private static string UnknownProfile(SqsClientOptions options) =>
        string.IsNullOrEmpty(options.Profile)
        && options.Environment("AWS_PROFILE") is { Length: > 0 } name
        && FindProfile(options, name) is null
            ? "AWS_PROFILE names a profile that is in none of AWS's configuration files: correct the name, or add the "
                + "profile with 'aws configure'. "
            : string.Empty;

    private static IEnumerable<string> Problems(SqsClientOptions options, CredentialProfile? profile)
    {
        if (options.ServiceUrl is { } url && !(url.IsAbsoluteUri && url.Scheme is "http" or "https"))
        {
            yield return "ServiceUrl must be an absolute http or https URL, such as http://127.0.0.1:4566";
        }

        // New regions appear, and emulators have their own: only the form is known.
        if (options.Region?.All(x => char.IsAsciiLetterLower(x) || char.IsAsciiDigit(x) || x == '-') == false)
        {
            yield return "Region must be the code of an AWS region, such as eu-central-1";
        }

        if (!Enum.IsDefined(options.Protocol))
        {
            yield return $"Protocol must be one of {string.Join(", ", Enum.GetNames<SqsProtocol>())}";
        }

        if (!string.IsNullOrEmpty(options.Profile) && profile is null)
        {
            yield return "Profile names a profile that is in none of AWS's configuration files: correct the name or "
                + "ProfilesLocation, or add the profile with 'aws configure'";
        }
    }

    /// <summary>The custom endpoint, from the options or AWS's settings; null where AWS's own is used.</summary>
    private static string? ServiceUrl(AmazonSQSConfig config)
    {
        try
        {
            if (string.IsNullOrEmpty(config.ServiceURL) || new Uri(config.ServiceURL).Scheme is "http" or "https")
            {
                return config.ServiceURL;
            }
        }
        catch (Exception exception) when (exception is AmazonClientException or UriFormatException)
        {
            // The error below says more.
        }

        throw Invalid(
            "AWS:ServiceURL, AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL or the profile's endpoint_url must be an absolute "
            + "http or https URL, such as http://127.0.0.1:4566");
    }

    /// <summary>The endpoint to which requests leave this machine as plain text; null where they do not.</summary>
    private static Uri? UnencryptedEndpoint(AmazonSQSConfig config) =>
        Uri.TryCreate(config.ServiceURL, UriKind.Absolute, out var url)
        && url is { Scheme: "http", IsLoopback: false }
            ? url
            : null;

    private static SqsSettingsException Invalid(string problems) =>
        new($"The SQS client cannot be created: {problems}.");
}
