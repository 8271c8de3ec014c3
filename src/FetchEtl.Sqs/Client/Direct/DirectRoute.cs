using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.SQS.Internal;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>Where direct calls go and how they are prepared.</summary>
internal sealed class DirectRoute
{
    private readonly DirectSigner _signer;
    private readonly string _userAgent;

    private DirectRoute(Uri url, IClientConfig config, string region)
    {
        Url = url;
        _signer = new DirectSigner(url.Authority, region, config.AuthenticationServiceName);
        var application = string.IsNullOrEmpty(config.ClientAppId) ? "" : $" app/{config.ClientAppId}";
        _userAgent = $"{config.UserAgent}{application} md/FetchEtl#direct";
    }

    public Uri Url { get; }

    /// <summary>Finds the route of a configured client.</summary>
    /// <returns>Null where the configuration asks for something that only the SDK does.</returns>
    public static DirectRoute? Find(IClientConfig config, IReadOnlyCollection<IPipelineHandler> handlers)
    {
        try
        {
            if (!IsPlain(config) || !handlers.All(IsPlain))
            {
                return null;
            }

            var anyRequest = new ServiceOperationEndpointParameters(new ReceiveMessageRequest());
            var endpoint = config.DetermineServiceOperationEndpoint(anyRequest);
            var region = AWS4Signer.DetermineSigningRegion(config, config.RegionEndpointServiceName, null, null);
            var url = new Uri(endpoint.URL);
            return endpoint.Headers is null or { Count: 0 }
                && endpoint.Attributes?["authSchemes"] is null
                && url is { Scheme: "http" or "https", PathAndQuery: "/", Fragment: "", UserInfo: "" }
                && DirectSigner.IsVisibleAscii(url.Authority)
                && DirectSigner.IsVisibleAscii(region)
                    ? new DirectRoute(url, config, region)
                    : null;
        }
        catch (Exception)
        {
            // No region, for example, or no FIPS endpoint. The SDK reports it at each call.
            return null;
        }
    }

    /// <summary>Completes an HTTP message: method, headers, signature and content.</summary>
    /// <returns>False where the request or the credentials have something that the signer does not know.</returns>
    public bool TryPrepare(
        HttpRequestMessage message, IRequest marshalled, ImmutableCredentials credentials, DateTimeOffset now)
    {
        if (marshalled.ContentStream is not PooledContentStream { Content: var body }
            || !_signer.TrySign(message.Headers, marshalled.Headers, body.Span, credentials, now))
        {
            return false;
        }

        message.Method = HttpMethod.Post;
        message.Headers.TryAddWithoutValidation("User-Agent", _userAgent);
        message.Content = new ReadOnlyMemoryContent(body);
        message.Content.Headers.TryAddWithoutValidation("Content-Type", marshalled.Headers["Content-Type"]);
        return true;
    }

    private static bool IsPlain(IClientConfig config) =>
        config is { LogMetrics: false, LogResponse: false, UseAlternateUserAgentHeader: false }
        && AWSConfigs.LoggingConfig.LogResponses == ResponseLoggingOption.Never

        // Adaptive retries limit the rate of calls, so they must see each of them.
        && config.RetryMode != RequestRetryMode.Adaptive
        && IsOfTheSdk(config.TelemetryProvider.TracerProvider)
        && IsOfTheSdk(config.TelemetryProvider.MeterProvider)
        && config.EndpointProvider is AmazonSQSEndpointProvider
        && GlobalEndpoints.Provider is null
        && !(config.UseHttp && string.IsNullOrEmpty(config.ServiceURL))
        && !(config.HttpClientFactory?.DisposeHttpClientsAfterUse(config) ?? !config.CacheHttpClient);

    /// <summary>Whether a handler is the SDK's own and does not publish client-side metrics.</summary>
    private static bool IsPlain(IPipelineHandler handler) => IsOfTheSdk(handler) && handler is not CSMCallEventHandler;

    private static bool IsOfTheSdk(object part) =>
        part.GetType().Assembly == typeof(AmazonServiceClient).Assembly
        || part.GetType().Assembly == typeof(ValidationResponseHandler).Assembly;
}
