using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>The way from one queue into its endpoint's receive pipe.</summary>
internal sealed class SqsReceiveTransport(
    ReceiveEndpointContext context,
    SqsReceiveSettings settings,
    SqsClient client,
    SqsMetrics metrics,
    ILoggerFactory loggers,
    TimeProvider time) : IReceiveTransport
{
    public ReceiveTransportHandle Start() =>
        new SqsReceiveAgent(context, settings, client, metrics, loggers.CreateLogger<SqsReceiveTransport>(), time);

    public void Probe(ProbeContext probe)
    {
        var scope = probe.CreateScope("receiveTransport");
        scope.Add("type", "SQS");
        scope.Set(new
        {
            settings.QueueName,
            settings.DeadLetterQueueName,
            settings.PrefetchCount,
            settings.PrefetchBytes,
            settings.ConcurrentMessageLimit,
            settings.WaitTime,
            settings.VisibilityTimeout,
        });
    }

    public ConnectHandle ConnectReceiveObserver(IReceiveObserver observer) => context.ConnectReceiveObserver(observer);

    public ConnectHandle ConnectReceiveTransportObserver(IReceiveTransportObserver observer) =>
        context.ConnectReceiveTransportObserver(observer);

    public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => context.ConnectPublishObserver(observer);

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => context.ConnectSendObserver(observer);
}
