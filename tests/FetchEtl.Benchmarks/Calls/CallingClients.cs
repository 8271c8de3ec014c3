using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SQS;
using Amazon.SQS.Internal;
using DirectSqsClient = FetchEtl.Sqs.DirectSqsClient;

namespace FetchEtl.Benchmarks;

/// <summary>Creates the clients that the <c>calls</c> verb compares.</summary>
internal static class CallingClients
{
    public static IAmazonSQS Create(CallingClient kind, Uri serviceUrl)
    {
        var credentials = new BasicAWSCredentials("local", "local");
        var config = new AmazonSQSConfig { ServiceURL = serviceUrl.ToString(), AuthenticationRegion = "us-east-1" };
        if (kind is CallingClient.Tuned or CallingClient.DirectTuned)
        {
            config.DisableLogging = true;
            config.HttpClientFactory = new PlainHttpClientFactory();
            RuntimePipelineCustomizerRegistry.Instance.Register(new ShortPipeline());
        }

        return kind is CallingClient.Direct or CallingClient.DirectTuned
            ? new DirectSqsClient(credentials, config, TimeProvider.System)
            : new AmazonSQSClient(credentials, config);
    }

    private sealed class PlainHttpClientFactory : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>Removes the handlers that an SQS call does not need.</summary>
    private sealed class ShortPipeline : IRuntimePipelineCustomizer
    {
        public string UniqueName => nameof(ShortPipeline);

        public void Customize(Type type, RuntimePipeline pipeline)
        {
            pipeline.RemoveHandler<ValidationResponseHandler>();
            pipeline.RemoveHandler<ChecksumHandler>();
            pipeline.RemoveHandler<CompressionHandler>();
            pipeline.RemoveHandler<EndpointDiscoveryHandler>();
            pipeline.RemoveHandler<MetricsHandler>();
        }
    }
}
