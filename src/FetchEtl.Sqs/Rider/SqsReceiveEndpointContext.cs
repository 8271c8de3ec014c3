using MassTransit;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>
/// The endpoint as its consumers see it. They send and publish through the bus: the rider only receives.
/// </summary>
internal sealed class SqsReceiveEndpointContext(IBusInstance busInstance, SqsReceiveEndpointConfiguration configuration)
    : BaseReceiveEndpointContext(busInstance.HostConfiguration, configuration)
{
    public override void AddSendAgent(IAgent agent)
    {
    }

    public override void AddConsumeAgent(IAgent agent)
    {
    }

    public override Exception ConvertException(Exception exception, string message) =>
        new ConnectionException(message, exception);

    protected override ISendEndpointProvider CreateSendEndpointProvider() => busInstance.Bus;

    protected override IPublishEndpointProvider CreatePublishEndpointProvider() => busInstance.Bus;

    protected override ISendTransportProvider CreateSendTransportProvider() =>
        throw new NotSupportedException("The SQS rider only receives.");

    protected override IPublishTransportProvider CreatePublishTransportProvider() =>
        throw new NotSupportedException("The SQS rider only receives.");
}
