using System.Runtime.InteropServices;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>
/// The right to handle one message while it is hidden from others. It alone decides what becomes of the message: deleted, back
/// on the queue, or a dead letter.
/// </summary>
internal sealed class SqsMessageLease(LeaseBook book, SqsMessage message, TimeSpan openedAt, TimeSpan visibilityTimeout, Action<SqsMessage> closed)
    : ReceiveLockContext
{
    // SQS: a message can be hidden for 12 hours in all, counted from its receipt, which is earlier than the reply came in;
    // a renewal past that is refused, not shortened.
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(12) - TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private string _newestHandle = message.ReceiptHandle;
    private List<string>? _olderHandles;
    private Action<SqsMessageLease, string>? _settlement;
    private TimeSpan _openedAt = openedAt;
    private TimeSpan _heldUntil = openedAt + visibilityTimeout;
    private int _unsettled = 1;
    private bool _decided;
    private bool _renewing;
    private bool _lost;

    public SqsMessage Message => message;

    /// <inheritdoc cref="LeaseBook.ConsumersCancelled"/>
    public CancellationToken ConsumersCancelled => book.ConsumersCancelled;

    /// <summary>Settled as done with, by deletion: consumed, or a dead letter.</summary>
    public bool IsHandled { get; private set; }

    public Task ValidateLockStatus() => Task.CompletedTask;

    public Task Complete()
    {
        book.Completed(this);
        return Task.CompletedTask;
    }

    public Task Faulted(Exception exception) => book.FaultedAsync(this, exception);

    /// <summary>The message came a second time while it is being handled: whatever becomes of it becomes of this delivery too.</summary>
    public void AddDelivery(string receiptHandle, TimeSpan openedAt, TimeSpan visibilityTimeout)
    {
        Action<SqsMessageLease, string>? settlement;
        lock (_gate)
        {
            (_olderHandles ??= []).Add(_newestHandle);
            _newestHandle = receiptHandle;
            _unsettled++;
            _openedAt = openedAt;
            _heldUntil = openedAt + visibilityTimeout;
            _lost = false;
            settlement = _renewing ? null : _settlement;
        }

        settlement?.Invoke(this, receiptHandle);
    }

    /// <summary>True when the lease was lost: SQS said so, or it ran out.</summary>
    public bool IsLost(TimeSpan now)
    {
        lock (_gate)
        {
            return _lost || now >= _heldUntil;
        }
    }

    /// <summary>
    /// Takes the lease into a renewal if it is still ours, still being handled and ends before <paramref name="soon"/>. Until
    /// <see cref="EndRenewal"/> no settlement goes out: a renewal that overtook one would hide the message again.
    /// </summary>
    /// <param name="now">The book's clock.</param>
    /// <param name="soon">What ends later needs no renewal yet.</param>
    /// <param name="extension">At most this long; less near the 12 hours that SQS allows.</param>
    /// <param name="entry">What to ask of SQS, for the newest delivery: SQS honours that one.</param>
    public bool TryBeginRenewal(TimeSpan now, TimeSpan soon, TimeSpan extension, out SqsVisibilityEntry entry)
    {
        lock (_gate)
        {
            var left = _openedAt + LongestLease - now;
            entry = new SqsVisibilityEntry(_newestHandle, left < extension ? left : extension);
            var changesNothing = now + entry.VisibilityTimeout <= _heldUntil;
            if (_settlement is not null || _lost || now >= _heldUntil || _heldUntil >= soon || changesNothing)
            {
                return false;
            }

            return _renewing = true;
        }
    }

    /// <summary>Ends a renewal. What it says of a delivery that is not the newest any more counts for nothing.</summary>
    /// <param name="receiptHandle">The delivery that was to be renewed.</param>
    /// <param name="heldUntil">The new end of the lease; null where it was not renewed.</param>
    /// <param name="lost">SQS said that the message is not ours any more.</param>
    public void EndRenewal(string receiptHandle, TimeSpan? heldUntil, bool lost = false)
    {
        Action<SqsMessageLease, string>? settlement;
        Handles handles;
        lock (_gate)
        {
            _renewing = false;
            if (receiptHandle == _newestHandle)
            {
                _heldUntil = heldUntil ?? _heldUntil;
                _lost |= lost;
            }

            settlement = _settlement;
            handles = CopyHandles();
        }

        if (settlement is not null)
        {
            Apply(settlement, handles);
        }
    }

    /// <summary>True for the first verdict on the message, and for no other.</summary>
    public bool TryDecide() => !Interlocked.Exchange(ref _decided, true);

    /// <summary>
    /// Applies <paramref name="settlement"/> to each delivery, those still to come included. The first settlement stands; false
    /// for any other.
    /// </summary>
    /// <param name="settlement">Makes the call for one delivery.</param>
    /// <param name="handled">See <see cref="IsHandled"/>.</param>
    public bool Settle(Action<SqsMessageLease, string> settlement, bool handled = false)
    {
        Handles handles;
        lock (_gate)
        {
            if (_settlement is not null)
            {
                return false;
            }

            _settlement = settlement;
            IsHandled = handled;
            if (_renewing)
            {
                return true;
            }

            handles = CopyHandles();
        }

        Apply(settlement, handles);
        return true;
    }

    /// <summary>One delivery is done with; after the last the lease is closed.</summary>
    public void DeliverySettled()
    {
        lock (_gate)
        {
            if (--_unsettled > 0)
            {
                return;
            }
        }

        book.Close(this, closed);
    }

    private void Apply(Action<SqsMessageLease, string> settlement, Handles handles)
    {
        settlement(this, handles.Newest);
        foreach (var handle in handles.Older)
        {
            settlement(this, handle);
        }
    }

    /// <summary>Under the lock. Nearly every message is delivered once: then nothing is copied.</summary>
    private Handles CopyHandles() => new(_newestHandle, _olderHandles?.ToArray() ?? []);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Handles(string Newest, string[] Older);
}
