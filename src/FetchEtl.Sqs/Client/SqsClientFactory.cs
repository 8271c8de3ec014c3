using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.SQS;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>Creates the SDK's client from the options and AWS's own settings.</summary>
internal static class SqsClientFactory
{
    /// <exception cref="SqsSettingsException">The options or AWS's settings cannot work; the message names every problem.</exception>
    public static IAmazonSQS Create(
        SqsClientOptions options, SqsMetrics metrics, ILoggerFactory loggers, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var config = CreateConfig(options);
        config.HttpClientFactory = new SqsHttpClientFactory(
            options, metrics, loggers.CreateLogger("FetchEtl.Sqs.SqsClient"), timeProvider ?? TimeProvider.System);
        return options.Credentials is { } credentials ? new AmazonSQSClient(credentials, config) : new AmazonSQSClient(config);
    }

    /// <summary>The SDK's configuration, with the endpoint and the region resolved.</summary>
    /// <exception cref="SqsSettingsException">The options or AWS's settings cannot work.</exception>
    internal static AmazonSQSConfig CreateConfig(SqsClientOptions options)
    {
        var profile = FindProfile(options);
        Require(Problems(options, profile));

        // Every attempt is signed anew, so that a retry uses refreshed credentials.
        var config = new AmazonSQSConfig { ResignRetries = true };
        if (!string.IsNullOrEmpty(options.Profile))
        {
            config.Profile = new Profile(options.Profile, options.ProfilesLocation);
        }

        // The SDK does not read AWS_DEFAULT_REGION, as the AWS CLI does, nor the region of a profile that an option names.
        var region = FirstOf(
            options.Region, options.Environment("AWS_REGION"), options.Environment("AWS_DEFAULT_REGION"), profile?.Region?.SystemName);
        if (region is not null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        if (options.ServiceUrl is { } url)
        {
            config.ServiceURL = url.AbsoluteUri;
        }

        options.Configure?.Invoke(config);
        Resolve(config, region);
        return config;
    }

    /// <summary>Settles the endpoint and the region now, so that a problem appears before the first call.</summary>
    private static void Resolve(AmazonSQSConfig config, string? region)
    {
        var url = ServiceUrl(config);
        if (string.IsNullOrEmpty(url))
        {
            Require(config.RegionEndpoint is not null
                ? []
                : ["Region is not set, and AWS's settings name none: set Region, AWS_REGION or the region of the profile; "
                    + "for an emulator, set ServiceUrl"]);
            return;
        }

        // Set once more, even if it came from AWS's settings: the SDK would ask the instance's metadata for a region.
        config.ServiceURL = url;
        config.AuthenticationRegion = FirstOf(
            config.AuthenticationRegion,
            region,
            FallbackRegionFactory.GetRegionEndpoint(includeInstanceMetadata: false)?.SystemName,
            RegionEndpoint.USEast1.SystemName);
    }

    private static string? ServiceUrl(AmazonSQSConfig config)
    {
        string? url = null;
        try
        {
            url = config.ServiceURL;
            Require(string.IsNullOrEmpty(url) || IsHttp(new Uri(url)) ? [] : [NoEndpoint(url)]);
            return url;
        }
        catch (Exception exception) when (exception is AmazonClientException or UriFormatException)
        {
            throw new SqsSettingsException(Text([NoEndpoint(url ?? exception.Message)]));
        }

        static string NoEndpoint(string text) =>
            $"the endpoint in AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL or the profile's endpoint_url is not an absolute http or https URL ({text})";
    }

    private static IEnumerable<string> Problems(SqsClientOptions options, CredentialProfile? profile)
    {
        if (options.ServiceUrl is { } url && !(url.IsAbsoluteUri && IsHttp(url)))
        {
            yield return $"ServiceUrl is '{url}': set an absolute http or https URL, such as http://127.0.0.1:4566";
        }

        if (!string.IsNullOrEmpty(options.Region) && !IsRegionName(options.Region))
        {
            yield return $"Region is '{options.Region}': set the code of an AWS region, such as eu-central-1";
        }

        if (!Enum.IsDefined(options.Protocol))
        {
            yield return $"Protocol is {options.Protocol}: set {string.Join(", ", Enum.GetNames<SqsProtocol>())}";
        }

        if (!string.IsNullOrEmpty(options.Profile) && profile is null)
        {
            yield return $"Profile is '{options.Profile}', which is in none of AWS's configuration files: correct the name, or "
                + "ProfilesLocation, or add the profile with 'aws configure'";
        }
    }

    private static CredentialProfile? FindProfile(SqsClientOptions options) =>
        !string.IsNullOrEmpty(options.Profile)
        && new CredentialProfileStoreChain(options.ProfilesLocation).TryGetProfile(options.Profile, out var profile)
            ? profile
            : null;

    private static void Require(IEnumerable<string> problems)
    {
        if (problems.ToList() is { Count: > 0 } found)
        {
            throw new SqsSettingsException(Text(found));
        }
    }

    private static string Text(List<string> problems) => $"The SQS client cannot be created: {string.Join(". ", problems)}.";

    private static bool IsHttp(Uri url) => url.Scheme is "http" or "https";

    private static string? FirstOf(params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                return text;
            }
        }

        return null;
    }

    /// <summary>New regions appear, and emulators have their own: only the form is known.</summary>
    private static bool IsRegionName(string text) => text.All(x => char.IsAsciiLetterLower(x) || char.IsAsciiDigit(x) || x == '-');
}
