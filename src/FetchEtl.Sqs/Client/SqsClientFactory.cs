using Amazon.SQS;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

internal static class SqsClientFactory
{
    public static IAmazonSQS Create(SqsClientOptions options, SqsMetrics metrics, ILoggerFactory loggers) =>
        new AmazonSQSClient(options.Credentials, new AmazonSQSConfig { ServiceURL = options.ServiceUrl?.ToString(), AuthenticationRegion = options.Region });
}
