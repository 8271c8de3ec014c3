using MassTransit.Transports;

namespace FetchEtl.Sqs.Leases;

/// <summary>
/// The right to handle one message while it is hidden from others. It alone decides what becomes of the message: deleted, back
/// on the queue, or a dead letter.
/// </summary>
internal sealed class SqsMessageLease(LeaseBook book, SqsMessage message, TimeSpan openedAt, TimeSpan heldUntil, Action closed)
    : ReceiveLockContext
{
    private readonly Lock _gate = new();
    private readonly List<string> _handles = [message.ReceiptHandle];
    private Action<SqsMessageLease, string>? _settlement;
    private int _unsettled = 1;
    private TimeSpan _heldUntil = heldUntil;
    private bool _lost;

    public SqsMessage Message => message;

    public CancellationToken Abandoned => book.Abandoned;

    public TimeSpan OpenedAt => openedAt;

    /// <summary>The handle of the newest delivery: SQS honours that one.</summary>
    public string NewestHandle
    {
        get
        {
            lock (_gate)
                return _handles[^1];
        }
    }

    public Task ValidateLockStatus() => Task.CompletedTask;

    public Task Complete()
    {
        book.Completed(this);
        return Task.CompletedTask;
    }

    public Task Faulted(Exception exception) => book.FaultedAsync(this, exception);

    /// <summary>The message came a second time while it is being handled: whatever becomes of it becomes of this delivery too.</summary>
    public void AddDelivery(string receiptHandle, TimeSpan heldUntil)
    {
        Action<SqsMessageLease, string>? settlement;
        lock (_gate)
        {
            _handles.Add(receiptHandle);
            _unsettled++;
            _heldUntil = heldUntil;
            _lost = false;
            settlement = _settlement;
        }

        settlement?.Invoke(this, receiptHandle);
    }

    /// <summary>True when the lease is to be renewed before <paramref name="soon"/>: still ours, still being handled.</summary>
    public bool IsDue(TimeSpan now, TimeSpan soon)
    {
        lock (_gate)
            return _settlement is null && !_lost && now < _heldUntil && _heldUntil < soon;
    }

    public void Renew(TimeSpan heldUntil)
    {
        lock (_gate)
            _heldUntil = heldUntil;
    }

    /// <summary>The message belongs to somebody else now: it must not be deleted or given back by us.</summary>
    public void Lose()
    {
        lock (_gate)
            _lost = true;
    }

    /// <summary>True when the lease ran out, or SQS said so.</summary>
    public bool IsLost(TimeSpan now)
    {
        lock (_gate)
            return _lost || now >= _heldUntil;
    }

    /// <summary>Applies <paramref name="settlement"/> to each delivery, those still to come included. The first settlement stands.</summary>
    public void Settle(Action<SqsMessageLease, string> settlement)
    {
        string[] handles;
        lock (_gate)
        {
            if (_settlement is not null)
                return;

            _settlement = settlement;
            handles = [.. _handles];
        }

        foreach (var handle in handles)
            settlement(this, handle);
    }

    /// <summary>One delivery is done with; after the last the lease is closed.</summary>
    public void DeliverySettled()
    {
        lock (_gate)
        {
            if (--_unsettled > 0)
                return;
        }

        if (book.Close(this))
            closed();
    }
}
