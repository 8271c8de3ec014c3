using MassTransit;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>The way from one queue into its endpoint's receive pipe.</summary>
/// <param name="context">The endpoint.</param>
/// <param name="settings">The endpoint's settings.</param>
/// <param name="services">What it works with.</param>
internal sealed class SqsReceiveTransport(
    ReceiveEndpointContext context, SqsReceiveSettings settings, SqsRiderServices services) : IReceiveTransport
{
    public ReceiveTransportHandle Start() => new SqsReceiveAgent(context, settings, services).Start();

    public void Probe(ProbeContext probe)
    {
        var scope = probe.CreateScope("receiveTransport");
        scope.Add("type", "SQS");
        scope.Add("queueName", settings.QueueName);
    }

    public ConnectHandle ConnectReceiveObserver(IReceiveObserver observer) => context.ConnectReceiveObserver(observer);

    public ConnectHandle ConnectReceiveTransportObserver(IReceiveTransportObserver observer) =>
        context.ConnectReceiveTransportObserver(observer);

    public ConnectHandle ConnectPublishObserver(IPublishObserver observer) => context.ConnectPublishObserver(observer);

    public ConnectHandle ConnectSendObserver(ISendObserver observer) => context.ConnectSendObserver(observer);
}
