using System.Diagnostics;
using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// Gives the SDK its HTTP client: the check of replies, the Query protocol where an endpoint may need it, the measured
/// attempt, the connections. The SDK caches the client and disposes it with its own.
/// </summary>
internal sealed class SqsHttpClientFactory(
    SqsClientOptions options, SqsMetrics metrics, ILogger logger, TimeProvider timeProvider) : HttpClientFactory
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        HttpMessageHandler chain = new SqsAttemptHandler(
            metrics, timeProvider, clientConfig.Timeout ?? AttemptTimeout, CreateConnections(clientConfig));
        if (MayNeedQuery(clientConfig))
        {
            chain = new QueryTranslator(options.Protocol, () => CredentialsAsync(clientConfig), logger, chain);
        }

        // Each attempt has its own timeout.
        chain = new SqsReplyHandler(() => CredentialsAsync(clientConfig), chain);
        return new HttpClient(chain) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>AWS's own endpoints all speak JSON.</summary>
    private bool MayNeedQuery(IClientConfig clientConfig) => options.Protocol switch
    {
        SqsProtocol.Json => false,
        SqsProtocol.Query => true,
        _ => !string.IsNullOrEmpty(clientConfig.ServiceURL),
    };

    private static SocketsHttpHandler CreateConnections(IClientConfig clientConfig)
    {
        var proxy = clientConfig.GetWebProxy();
        if (proxy is not null)
        {
            proxy.Credentials ??= clientConfig.ProxyCredentials;
        }

        return new SocketsHttpHandler
        {
            ConnectTimeout = clientConfig.ConnectTimeout ?? ConnectTimeout,

            // SQS moves behind its names: a connection is replaced before its address is out of date.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AllowAutoRedirect = clientConfig.AllowAutoRedirect,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,

            // SQS reads no trace headers.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            MaxConnectionsPerServer = clientConfig.MaxConnectionsPerServer ?? int.MaxValue,

            // Without a proxy here, the handler uses that of the environment (HTTPS_PROXY, NO_PROXY). No proxy can
            // reach this machine's loopback interface.
            Proxy = proxy,
            UseProxy = proxy is not null || !IsLoopback(clientConfig.ServiceURL),
        };
    }

    private static bool IsLoopback(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.IsLoopback;

    /// <summary>The credentials that the SDK signs with; it resolves and caches them the same way.</summary>
    private async Task<AWSCredentials> CredentialsAsync(IClientConfig clientConfig) =>
        options.Credentials
        ?? clientConfig.DefaultAWSCredentials
        ?? await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(clientConfig);
}
