using Amazon;
using Amazon.Runtime;

namespace FetchEtl.Sqs;

/// <summary>Where requests go, and the region they are signed for.</summary>
internal sealed record SqsEndpoint(Uri Url, string Region)
{
    /// <summary>Finds the endpoint as <see cref="SqsClientOptions.ServiceUrl"/> and <see cref="SqsClientOptions.Region"/> say.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="regionChain">The AWS SDK's search for a region; the argument says whether to ask the instance, too.</param>
    /// <exception cref="SqsSettingsException">There is no region, or a variable holds no URL.</exception>
    public static SqsEndpoint Resolve(SqsClientOptions options, Func<bool, RegionEndpoint?>? regionChain = null)
    {
        var url = options.ServiceUrl
            ?? UrlFrom(options, "AWS_ENDPOINT_URL_SQS")
            ?? UrlFrom(options, "AWS_ENDPOINT_URL");
        var region = NullIfEmpty(options.Region)
            ?? NullIfEmpty(options.Environment("AWS_REGION"))
            ?? NullIfEmpty(options.Environment("AWS_DEFAULT_REGION"))
            ?? (regionChain ?? FallbackRegionFactory.GetRegionEndpoint)(url is null)?.SystemName;
        if (url is not null)
        {
            return new SqsEndpoint(url, region ?? RegionEndpoint.USEast1.SystemName);
        }

        return region is null
            ? throw new SqsSettingsException(
                "No AWS region is known for SQS. Set the client's Region, AWS_REGION or a profile's region; "
                + "or a service URL, for an emulator.")
            : new SqsEndpoint(
                new Uri($"https://sqs.{region}.{RegionEndpoint.GetBySystemName(region).PartitionDnsSuffix}"), region);
    }

    private static Uri? UrlFrom(SqsClientOptions options, string variable)
    {
        if (NullIfEmpty(options.Environment(variable)) is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new SqsSettingsException($"{variable} is '{text}': give an absolute http or https URL.");
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
