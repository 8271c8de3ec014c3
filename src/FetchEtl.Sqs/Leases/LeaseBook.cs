using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>All leases an endpoint holds: opened on receipt, renewed in batches while held, settled in batches at the end.</summary>
internal sealed class LeaseBook : IAsyncDisposable
{
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, SqsMessageLease> _open = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _consumersCancelled = new();
    private readonly DeadLetterQueue _deadLetters;
    private readonly LeaseRenewal _renewal;
    private readonly LeaseSettlement _settlement;
    private readonly Action<SqsMessageLease, string> _delete;
    private readonly ReturnDelay _delay;
    private readonly SqsMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TimeSpan _visibilityTimeout;
    private readonly CancellationToken _stopping;
    private readonly long _origin;
    private volatile bool _givenUp;
    private TaskCompletionSource? _allSettled;

    public LeaseBook(
        SqsClient client,
        string queueUrl,
        DeadLetterQueue deadLetters,
        SqsReceiveSettings settings,
        ReturnDelay delay,
        SqsMetrics metrics,
        ILogger logger,
        TimeProvider time,
        CancellationToken stopping)
    {
        _deadLetters = deadLetters;
        _delay = delay;
        _metrics = metrics;
        _logger = logger;
        _time = time;
        _stopping = stopping;
        _origin = time.GetTimestamp();
        _visibilityTimeout = settings.VisibilityTimeout;
        _settlement = new LeaseSettlement(client, queueUrl, Linger, IsWorthRetrying, logger, time);
        _delete = _settlement.Delete;
        _renewal = new LeaseRenewal(client, queueUrl, settings.VisibilityTimeout, _open, () => Now, logger, time);
    }

    /// <summary>Cancelled at a stop, when consumers that have not finished should leave their messages to others.</summary>
    public CancellationToken ConsumersCancelled => _consumersCancelled.Token;

    // A monotonic clock: a jump of the wall clock moves no deadline.
    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>
    /// Opens a lease on a received message; false when the message is in flight here already, in which case the delivery joins
    /// the lease that there is.
    /// </summary>
    /// <param name="message">As received.</param>
    /// <param name="closed">Called once, when the message is settled.</param>
    /// <param name="lease">The new lease.</param>
    public bool TryOpen(SqsMessage message, Action<SqsMessage> closed, [NotNullWhen(true)] out SqsMessageLease? lease)
    {
        // Counted from the reply: SQS hides a message when it hands it out, at the end of a long poll rather than at its start.
        var openedAt = Now;
        var opened = new SqsMessageLease(this, message, openedAt, _visibilityTimeout, closed);
        lease = _open.GetOrAdd(message.MessageId, opened);
        if (ReferenceEquals(lease, opened))
        {
            return true;
        }

        Log.DuplicateDelivery(_logger, message.MessageId);
        lease.AddDelivery(message.ReceiptHandle, openedAt, _visibilityTimeout);
        lease = null;
        return false;
    }

    /// <summary>Not to be handled here: another worker may have it at once.</summary>
    public void Release(SqsMessageLease lease) => Return(lease, TimeSpan.Zero);

    /// <summary>Handled: the message can go.</summary>
    public void Completed(SqsMessageLease lease)
    {
        if (!lease.TryDecide())
        {
            return;
        }

        if (LostBefore(lease, "deleted"))
        {
            lease.Settle(Leave);
        }
        else
        {
            lease.Settle(_delete, handled: true);
        }
    }

    /// <summary>Not handled: to the dead letters if it never can be, else back on the queue.</summary>
    public async Task FaultedAsync(SqsMessageLease lease, Exception exception)
    {
        if (!lease.TryDecide())
        {
            return;
        }

        if (LostBefore(lease, "settled"))
        {
            lease.Settle(Leave);
            return;
        }

        // What was given back is another worker's by now: no dead letter of it must go out here.
        if (_givenUp)
        {
            return;
        }

        if (FaultVerdict.Of(exception).DeadLetterReason is { } reason && await TryDeadLetterAsync(lease, reason))
        {
            lease.Settle(_delete, handled: true);
            return;
        }

        if (_stopping.IsCancellationRequested)
        {
            Release(lease);
            return;
        }

        var delay = _delay.For(lease.Message.ReceiveCount);
        Log.Returned(_logger, lease.Message.MessageId, exception.GetType().Name, lease.Message.ReceiveCount, delay.TotalSeconds);
        Return(lease, delay);
    }

    /// <summary>Tells consumers that have not finished to leave their messages to others.</summary>
    public void CancelConsumers() => _consumersCancelled.Cancel();

    /// <summary>
    /// Gives what is in flight back to the queue at once. A consumer that goes on regardless changes nothing any more.
    /// </summary>
    public void GiveBackAll()
    {
        _givenUp = true;
        CancelConsumers();
        foreach (var lease in _open.Values)
        {
            Release(lease);
        }
    }

    /// <summary>Completes when no lease is open; no lease may be opened after the call.</summary>
    public Task AllSettledAsync()
    {
        var allSettled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _allSettled, allSettled);
        if (_open.IsEmpty)
        {
            allSettled.TrySetResult();
        }

        return allSettled.Task;
    }

    /// <summary>Strikes a lease out, once; <paramref name="closed"/> is told before anybody who waits for the last one.</summary>
    public void Close(SqsMessageLease lease, Action<SqsMessage> closed)
    {
        if (!_open.TryRemove(KeyValuePair.Create(lease.Message.MessageId, lease)))
        {
            return;
        }

        closed(lease.Message);
        if (_open.IsEmpty)
        {
            Volatile.Read(ref _allSettled)?.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _renewal.DisposeAsync();
        _settlement.Dispose();
        _consumersCancelled.Dispose();
    }

    /// <summary>Nothing to tell SQS: the message is no longer ours.</summary>
    private static void Leave(SqsMessageLease lease, string handle) => lease.DeliverySettled();

    private void Return(SqsMessageLease lease, TimeSpan delay)
    {
        if (lease.IsLost(Now))
        {
            lease.Settle(Leave);
        }
        else if (lease.Settle((x, handle) => _settlement.Return(x, handle, delay)))
        {
            _metrics.Returned();
        }
    }

    /// <summary>A settlement that SQS did not take is tried again while the lease lasts; after that there is nothing to settle.</summary>
    private bool IsWorthRetrying(SqsMessageLease lease) => !_givenUp && !lease.IsLost(Now);

    private async Task<bool> TryDeadLetterAsync(SqsMessageLease lease, string reason)
    {
        try
        {
            await _deadLetters.SendAsync(lease.Message, reason);
        }
        catch (Exception exception)
        {
            // Whatever it was, the message must not hang between its queues.
            Log.DeadLetterRefused(_logger, lease.Message.MessageId, _deadLetters.Name, exception.Message, reason);
            return false;
        }

        Log.DeadLettered(_logger, lease.Message.MessageId, _deadLetters.Name, reason);
        _metrics.DeadLettered();
        return true;
    }

    private bool LostBefore(SqsMessageLease lease, string fate)
    {
        if (!lease.IsLost(Now))
        {
            return false;
        }

        Log.LeaseLost(_logger, lease.Message.MessageId, fate);
        return true;
    }
}
