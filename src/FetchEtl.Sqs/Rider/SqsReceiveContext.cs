using MassTransit;
using MassTransit.Serialization;
using MassTransit.Transports;

namespace FetchEtl.Sqs.Rider;

/// <summary>
/// One received message on its way through the receive pipe. Its faults are not logged here: the lease says what became of the
/// message, in one line and without the exception's text, which may quote the body.
/// </summary>
internal sealed class SqsReceiveContext : BaseReceiveContext, ReceiveContext
{
    private readonly SqsMessage _message;
    private readonly ReceiveEndpointContext _endpoint;
    private bool _faulted;

    public SqsReceiveContext(SqsMessage message, ReceiveEndpointContext endpoint)
        : base(message.ReceiveCount > 1, endpoint)
    {
        _message = message;
        _endpoint = endpoint;
        Body = new MemoryMessageBody(message.Body);
    }

    public override MessageBody Body { get; }

    protected override IHeaderProvider HeaderProvider => new SqsHeaderProvider(_message);

    // The base sets its own in the methods that are overridden here for their logging.
    bool ReceiveContext.IsFaulted => _faulted;

    public override Task NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
    {
        _faulted = true;
        return _endpoint.ReceiveObservers.ConsumeFault(context, duration, consumerType, exception);
    }

    public override Task NotifyFaulted(Exception exception)
    {
        // The dispatcher tells the observers of every fault that leaves the pipe, and this one does.
        _faulted = true;
        return Task.CompletedTask;
    }
}
