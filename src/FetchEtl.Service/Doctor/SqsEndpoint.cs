using Amazon.Runtime;

namespace FetchEtl.Service;

/// <summary>Where the client of SQS sends its requests.</summary>
/// <param name="Url">The URL; null for AWS's own endpoint of the region.</param>
/// <param name="Region">The region; null where nothing names one.</param>
internal sealed record SqsEndpoint(Uri? Url, string? Region)
{
    private static readonly string[] AwsDomains = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];

    /// <summary>Whether AWS answers there: other endpoints know no STS, no rights and no regions.</summary>
    public bool IsAws => Url is null
        || Array.Exists(AwsDomains, domain => Url.Host.EndsWith(domain, StringComparison.OrdinalIgnoreCase));

    public bool IsLoopback => Url?.IsLoopback == true;

    /// <summary>Whether requests leave this machine unencrypted.</summary>
    public bool IsPlain => Url is { Scheme: "http", IsLoopback: false };

    public string Description => Url is null
        ? $"AWS's endpoint in {Region}"
        : $"{Url.GetLeftPart(UriPartial.Authority)}, region {Region}";

    public static SqsEndpoint Of(IClientConfig config) => new(
        Uri.TryCreate(config.ServiceURL, UriKind.Absolute, out var url) ? url : null,
        config.AuthenticationRegion ?? config.RegionEndpoint?.SystemName);
}
