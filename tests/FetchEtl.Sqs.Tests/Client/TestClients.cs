using Amazon.Runtime;
using Amazon.SQS;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FetchEtl.Sqs.Tests;

internal static class TestClients
{
    public static SqsClientOptions Options(Uri serviceUrl, SqsProtocol protocol = SqsProtocol.Json) => new()
    {
        ServiceUrl = serviceUrl,
        Region = "eu-central-1",
        Protocol = protocol,
        Credentials = new BasicAWSCredentials("AKID", "secret"),
        Environment = _ => null,
    };

    public static IAmazonSQS Create(
        Uri serviceUrl,
        SqsProtocol protocol = SqsProtocol.Json,
        ILoggerFactory? loggers = null,
        TimeProvider? time = null) =>
        Create(Options(serviceUrl, protocol), loggers, time);

    public static IAmazonSQS Create(
        SqsClientOptions options, ILoggerFactory? loggers = null, TimeProvider? time = null) =>
        SqsClientFactory.Create(
            options, new SqsMetrics(), loggers ?? NullLoggerFactory.Instance, time ?? TimeProvider.System);
}
