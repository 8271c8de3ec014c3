using System.Net.Mime;
using Amazon.SQS.Model;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>
/// One received message on its way through the receive pipe. Faults are not logged here: the lease logs the outcome in
/// one line, without the exception's text, which may quote the body.
/// </summary>
/// <remarks>
/// MassTransit's BaseReceiveContext creates for each message what few messages need. That costs a tenth of the pipe's
/// time.
/// </remarks>
internal sealed class SqsReceiveContext : ScopePipeContext, ReceiveContext
{
    private readonly ReceiveEndpointContext _endpoint;
    private readonly TimeProvider _time;
    private readonly long _receivedAt;
    private Task? _pending;

    /// <param name="message">As received.</param>
    /// <param name="identity">The message's, across redrives.</param>
    /// <param name="endpoint">The endpoint that received it.</param>
    /// <param name="time">The clock of <see cref="ElapsedTime"/>.</param>
    /// <param name="cancelled">Cancelled when the consumers should leave the message to other workers.</param>
    /// <param name="unwrapped">The body without its wrappers; null on an endpoint that does not unwrap.</param>
    public SqsReceiveContext(
        Message message,
        MessageIdentity identity,
        ReceiveEndpointContext endpoint,
        TimeProvider time,
        CancellationToken cancelled,
        UnwrappedBody? unwrapped = null)
        : base(endpoint)
    {
        _endpoint = endpoint;
        _time = time;
        _receivedAt = time.GetTimestamp();
        CancellationToken = cancelled;
        Redelivered = message.ReceiveCount() > 1;
        Body = unwrapped?.ToBody() ?? new StringMessageBody(message.Body);
        TransportHeaders = new JsonTransportHeaders(new SqsHeaderProvider(message, identity, unwrapped));
    }

    public override CancellationToken CancellationToken { get; }

    public MessageBody Body { get; }

    public Headers TransportHeaders { get; }

    /// <summary>The producer's attribute of that name; null where there is none or it is not a content type.</summary>
    ContentType ReceiveContext.ContentType =>
        (Text("Content-Type") ?? Text("ContentType")) is { Length: > 0 } text ? Parse(text)! : null!;

    public Uri InputAddress => _endpoint.InputAddress;

    public TimeSpan ElapsedTime => _time.GetElapsedTime(_receivedAt);

    public bool Redelivered { get; }

    public bool IsDelivered { get; private set; }

    public bool IsFaulted { get; private set; }

    public bool PublishFaults => _endpoint.PublishFaults;

    public ISendEndpointProvider SendEndpointProvider => _endpoint.SendEndpointProvider;

    public IPublishEndpointProvider PublishEndpointProvider => _endpoint.PublishEndpointProvider;

    public Task ReceiveCompleted =>
        Volatile.Read(ref _pending) is { } pending ? CompleteAsync(pending) : Task.CompletedTask;

    public void AddReceiveTask(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        for (var known = Volatile.Read(ref _pending); ;)
        {
            var all = known is null ? task : Task.WhenAll(known, task);
            var seen = Interlocked.CompareExchange(ref _pending, all, known);
            if (ReferenceEquals(seen, known))
            {
                return;
            }

            known = seen;
        }
    }

    public Task NotifyConsumed<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class
    {
        IsDelivered = true;
        context.LogConsumed(duration, consumerType);
        return _endpoint.ReceiveObservers.PostConsume(context, duration, consumerType);
    }

    public Task NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class
    {
        IsFaulted = true;
        return _endpoint.ReceiveObservers.ConsumeFault(context, duration, consumerType, exception);
    }

    public Task NotifyFaulted(Exception exception)
    {
        // The dispatcher notifies the observers of every fault that leaves the pipe, as this one does.
        IsFaulted = true;
        return Task.CompletedTask;
    }

    private string? Text(string header) =>
        TransportHeaders.TryGetHeader(header, out var value) ? value as string : null;

    /// <summary>Waits for the pending tasks, and for those that are added meanwhile.</summary>
    private async Task CompleteAsync(Task pending)
    {
        await pending;
        while (Volatile.Read(ref _pending) is { } latest && !ReferenceEquals(latest, pending))
        {
            pending = latest;
            await pending;
        }
    }

    private static ContentType? Parse(string text)
    {
        try
        {
            return new ContentType(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
