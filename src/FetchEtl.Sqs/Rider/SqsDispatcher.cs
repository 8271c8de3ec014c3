using System.ComponentModel.DataAnnotations;
using Amazon.SQS.Model;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>
/// Hands received messages to the receive pipe: at once, or in their turn where the queue is FIFO or the endpoint
/// limits how many messages are handled at a time.
/// </summary>
/// <param name="context">The endpoint.</param>
/// <param name="settings">Says whether messages have to wait for each other.</param>
/// <param name="leases">Owns the leases.</param>
/// <param name="services">What the dispatcher works with.</param>
/// <param name="consumersCancelled">
/// Cancelled at a stop, when consumers should leave their messages to other workers.
/// </param>
/// <param name="unwrapper">Takes the wrappers off bodies; null where bodies are messages.</param>
internal sealed class SqsDispatcher(
    ReceiveEndpointContext context,
    SqsReceiveSettings settings,
    LeaseLoop leases,
    SqsRiderServices services,
    CancellationToken consumersCancelled,
    BodyUnwrapper? unwrapper = null) : DeliveryMetrics, IDisposable
{
    private readonly IReceivePipeDispatcher _pipe = context.CreateReceivePipeDispatcher();
    private readonly SemaphoreSlim? _concurrency =
        settings.ConcurrentMessageLimit is { } limit ? new SemaphoreSlim(limit) : null;

    private readonly MessageGroups? _groups = SqsQueueName.IsFifo(settings.QueueName) ? new MessageGroups() : null;

    public long DeliveryCount => _pipe.DispatchCount;

    /// <inheritdoc cref="LeaseLoop.Outage"/>
    public Task<DeleteOutage> Outage => leases.Outage;

    /// <inheritdoc cref="LeaseLoop.Troubles"/>
    public TroubleLog Troubles => leases.Troubles;

    public int ConcurrentDeliveryCount => _pipe.MaxConcurrentDispatchCount;

    /// <summary>
    /// Opens leases on the messages of a receive, and starts to handle those that are not in flight yet.
    /// </summary>
    /// <returns>How many messages, and bytes of them, are in flight now that were not before.</returns>
    public async Task<(int Count, long Bytes)> HandleAsync(IReadOnlyList<Message> messages, CancellationToken stopping)
    {
        var opened = await leases.OpenAsync(messages);

        // All join their groups before the first is handled, so that each group keeps its order.
        var turns = _groups is null ? null : opened.Select(Join).ToList();
        var bytes = 0L;
        for (var i = 0; i < opened.Count; i++)
        {
            bytes += opened[i].BodyBytes;

            // Not awaited: the lease waits for the message, not the poll. Both methods report every failure to the
            // lease.
            _ = turns is null && _concurrency is null && !stopping.IsCancellationRequested
                ? DispatchAsync(opened[i])
                : DispatchInTurnAsync(opened[i], turns?[i], stopping);
        }

        return (opened.Count, bytes);
    }

    public void Dispose() => _concurrency?.Dispose();

    private MessageGroups.Turn? Join(SqsMessageLease lease)
    {
        if (lease.Message.Group() is not { } group)
        {
            return null;
        }

        lease.TrackHandled();
        return _groups!.Join(group);
    }

    private async Task DispatchInTurnAsync(SqsMessageLease lease, MessageGroups.Turn? turn, CancellationToken stopping)
    {
        var handled = false;
        try
        {
            if (!await MayBeginAsync(turn, stopping))
            {
                lease.Release();
                return;
            }

            await DispatchAsync(lease);
            _concurrency?.Release();
            handled = turn is not null && await lease.HandledAsync();
        }
        finally
        {
            turn?.End(handled);
        }
    }

    /// <summary>
    /// False for a message that returns: the endpoint stops, or an earlier message of its group returned.
    /// </summary>
    private async ValueTask<bool> MayBeginAsync(MessageGroups.Turn? turn, CancellationToken stopping)
    {
        try
        {
            if (turn is not null && !await turn.Previous.WaitAsync(stopping))
            {
                return false;
            }

            stopping.ThrowIfCancellationRequested();
            if (_concurrency is not null)
            {
                await _concurrency.WaitAsync(stopping);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task DispatchAsync(SqsMessageLease lease)
    {
        try
        {
            if (lease.BodyBytes > SqsLimits.MessageBytes)
            {
                await lease.Faulted(new ValidationException("The body is larger than 1 MiB."));
                return;
            }

            using var unwrapped = unwrapper is null ? null : await UnwrapAsync(lease);
            var received = new SqsReceiveContext(
                lease.Message, lease.Identity, context, services.Time, consumersCancelled, unwrapped);
            await _pipe.Dispatch(received, lease);
        }
        catch (Exception exception)
        {
            // The lease has its verdict already, unless an observer threw before. The first verdict counts.
            await lease.Faulted(exception);
            Log.DispatchFaulted(services.Logger, lease.Message.MessageId, exception.GetType().Name);
        }
    }

    /// <summary>The lease is renewed while S3 is asked, and the poll does not wait for the answer.</summary>
    private async ValueTask<UnwrappedBody> UnwrapAsync(SqsMessageLease lease)
    {
        var unwrapped = await unwrapper!.UnwrapAsync(lease.Message.Body, consumersCancelled);
        lease.Payload = unwrapped.Payload?.Pointer;
        return unwrapped;
    }
}
