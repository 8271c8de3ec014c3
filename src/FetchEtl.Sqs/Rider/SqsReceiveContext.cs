using MassTransit;
using MassTransit.Serialization;
using MassTransit.Transports;

namespace FetchEtl.Sqs.Rider;

/// <summary>
/// One received message on its way through the receive pipe. Its faults are not logged here: the lease says what became of the
/// message, in one line and without the exception's text, which may quote the body.
/// </summary>
internal sealed class SqsReceiveContext : BaseReceiveContext
{
    private readonly SqsMessage _message;
    private readonly ReceiveEndpointContext _endpoint;

    public SqsReceiveContext(SqsMessage message, ReceiveEndpointContext endpoint)
        : base(message.ReceiveCount > 1, endpoint)
    {
        _message = message;
        _endpoint = endpoint;
        Body = new MemoryMessageBody(message.Body);
    }

    public override MessageBody Body { get; }

    protected override IHeaderProvider HeaderProvider => new SqsHeaderProvider(_message);

    public override Task NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) =>
        _endpoint.ReceiveObservers.ConsumeFault(context, duration, consumerType, exception);

    public override Task NotifyFaulted(Exception exception) => Task.CompletedTask;
}
