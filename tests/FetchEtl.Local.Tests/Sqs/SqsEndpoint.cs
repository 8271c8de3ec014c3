using Amazon.Runtime;
using Amazon.SQS;

namespace FetchEtl.Local.Tests;

/// <summary>
/// The endpoint under test: a new LocalSqs, or the one in <c>FETCHETL_SQS_ENDPOINT</c>. Its clients are the AWS SDK
/// without retries, which checks the MD5 digests of everything that it sends and receives.
/// </summary>
public sealed class SqsEndpoint : IAsyncLifetime
{
    public const string Variable = "FETCHETL_SQS_ENDPOINT";

    private LocalSqs? _local;

    public static string? Other => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } url ? url : null;

    public Uri Url { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _local = Other is null ? await LocalSqs.StartAsync() : null;
        Url = _local?.ServiceUrl ?? new Uri(Other!);
    }

    public async Task DisposeAsync()
    {
        if (_local is not null)
        {
            await _local.DisposeAsync();
        }
    }

    public IAmazonSQS Client(WireProtocol protocol = WireProtocol.Json) => Client(Url, protocol);

    internal static IAmazonSQS Client(Uri url, WireProtocol protocol = WireProtocol.Json) => new AmazonSQSClient(
        new BasicAWSCredentials("test", "test"),
        new AmazonSQSConfig
        {
            ServiceURL = url.ToString(),
            AuthenticationRegion = "us-east-1",
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            HttpClientFactory = protocol == WireProtocol.Query ? new QueryClientFactory() : null,
        });

    private sealed class QueryClientFactory : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new QueryHandler());
    }
}
