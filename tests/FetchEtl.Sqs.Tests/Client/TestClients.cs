using Amazon.Runtime;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs.Tests;

internal static class TestClients
{
    public static SqsClientOptions Options(Uri serviceUrl, SqsProtocol protocol = SqsProtocol.Json) => new()
    {
        ServiceUrl = serviceUrl,
        Region = "eu-central-1",
        Protocol = protocol,
        Credentials = new BasicAWSCredentials("test", "test"),
        RetryDelay = TimeSpan.FromMilliseconds(1),
        Environment = _ => null,
        Randomizer = () => 0.5,
    };

    public static SqsClient Client(
        Uri serviceUrl, SqsProtocol protocol = SqsProtocol.Json, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null) =>
        new(Options(serviceUrl, protocol), loggerFactory, timeProvider: timeProvider);
}
