using System.Globalization;

namespace FetchEtl.Local.Sqs.Queues;

/// <summary>
/// A queue: its messages, who may see which of them when, and who waits for one. Knows no protocol. Every mutable member is
/// touched only under its one lock; due times are acted on whenever the queue is touched, and by a timer while a receive waits.
/// </summary>
internal sealed class SqsQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Func<string, SqsQueue?> _findByArn;
    private readonly QueueContents _contents;
    private readonly Deduplication _deduplication = new();
    private readonly LinkedList<TaskCompletionSource> _waiters = new();
    private readonly ITimer _alarm;
    private readonly int _number;
    private bool _deleted;
    private long _receipts;
    private long _sequence;
    private long? _purgedAt;

    public SqsQueue(int number, string name, string arn, QueueSettings settings, TimeProvider time, Func<string, SqsQueue?> findByArn)
    {
        _number = number;
        Name = name;
        Arn = arn;
        Settings = settings;
        _time = time;
        _findByArn = findByArn;
        _contents = new(IsFifo ? new FifoOrder() : new StandardOrder());
        _alarm = time.CreateTimer(_ => Touch(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        CreatedAt = LastModifiedAt = Now();
    }

    public string Name { get; }

    public string Arn { get; }

    public bool IsFifo => Name.EndsWith(".fifo", StringComparison.Ordinal);

    public QueueSettings Settings { get; private set; }

    public long CreatedAt { get; }

    public long LastModifiedAt { get; private set; }

    /// <summary>Tag by key. Guarded by the caller with <c>lock</c> on it.</summary>
    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    public MoveTasks MoveTasks { get; } = new();

    /// <summary>Messages delayed, visible and in flight.</summary>
    public (int Delayed, int Visible, int InFlight) Count()
    {
        lock (_lock)
        {
            Advance();
            return (_contents.Delayed, _contents.Visible, _contents.InFlight);
        }
    }

    public void Configure(IEnumerable<KeyValuePair<string, string>> changes)
    {
        lock (_lock)
        {
            Settings = Settings.With(changes, IsFifo);
            LastModifiedAt = Now();
        }
    }

    /// <summary>Puts a message on the queue, or gives back the one sent before under the same deduplication id.</summary>
    public SqsMessage Send(MessageContent content, int? delaySeconds)
    {
        lock (_lock)
        {
            ThrowIfDeleted();
            var now = Advance();
            var scope = Settings.DeduplicatesByGroup ? content.GroupId : null;
            if (IsFifo && _deduplication.Find(scope, content.DeduplicationId!, now) is { } duplicate)
            {
                return duplicate;
            }

            var message = new SqsMessage(Guid.NewGuid(), content, now) { SequenceNumber = NextSequenceNumber() };
            _contents.Add(message, (delaySeconds ?? Settings.DelaySeconds) * 1000L, now);
            SetAlarm(now);
            if (IsFifo)
            {
                _deduplication.Remember(scope, content.DeduplicationId!, message, now);
            }

            WakeWaiter();
            return message;
        }
    }

    /// <summary>Up to <paramref name="max"/> messages, waiting for the first one at most <paramref name="wait"/>.</summary>
    public async ValueTask<List<Delivery>> ReceiveAsync(int max, int? visibilitySeconds, TimeSpan wait, CancellationToken cancellation)
    {
        var deliveries = new List<Delivery>(max);
        var waiter = wait > TimeSpan.Zero ? NewWaiter() : null;
        Collect(max, visibilitySeconds, deliveries, waiter);
        if (waiter is null || deliveries.Count > 0)
        {
            return deliveries;
        }

        // In line first, then the timer: whoever sees the timer set can count on the receive to be waiting.
        using var patience = new CancellationTokenSource(wait, _time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        while (true)
        {
            using (ends.Token.Register(static waiter => ((TaskCompletionSource)waiter!).TrySetResult(), waiter))
            {
                await waiter.Task;
            }

            Leave(waiter);
            if (cancellation.IsCancellationRequested)
            {
                // Whoever hung up must not take a message along.
                return deliveries;
            }

            waiter = NewWaiter();
            Collect(max, visibilitySeconds, deliveries, waiter);
            if (deliveries.Count > 0 || patience.IsCancellationRequested)
            {
                Leave(waiter);
                return deliveries;
            }
        }

        static TaskCompletionSource NewWaiter() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>
    /// Deletes by handle. On a standard queue a handle of an earlier receive, or of a message already gone, succeeds and does
    /// nothing, as SQS has it; on a FIFO queue one that has expired is refused.
    /// </summary>
    public void Delete(string? receiptHandle)
    {
        var handle = ReceiptHandle.Parse(receiptHandle, _number);
        lock (_lock)
        {
            ThrowIfDeleted();
            Advance();
            if (_contents.Find(handle.Message) is not { } message)
            {
                return;
            }

            var current = message.Receipt == handle.Receipt;
            if (IsFifo && (!current || message.State != MessageState.InFlight))
            {
                throw SqsError.InvalidValue("ReceiptHandle", receiptHandle, "The receipt handle has expired.");
            }

            if (current)
            {
                _contents.Remove(message);
                WakeWaiter();
            }
        }
    }

    /// <summary>Moves the end of a lease to so many seconds from now; 0 gives the message back at once.</summary>
    public void ChangeVisibility(string? receiptHandle, int seconds)
    {
        var handle = ReceiptHandle.Parse(receiptHandle, _number);
        if (seconds is < 0 or > SqsLimits.VisibilitySeconds)
        {
            throw SqsError.InvalidValue("VisibilityTimeout", seconds, "Must be between 0 and 43200.");
        }

        lock (_lock)
        {
            ThrowIfDeleted();
            var now = Advance();
            if (_contents.Find(handle.Message) is not { } message || message.Receipt != handle.Receipt)
            {
                throw SqsError.InvalidValue(
                    "ReceiptHandle", receiptHandle, "Message does not exist or is not available for visibility timeout change.");
            }

            if (message.State != MessageState.InFlight)
            {
                throw SqsError.MessageNotInflight.With("The specified message isn't in flight.");
            }

            if (now + (seconds * 1000L) - message.ReceivedAt > SqsLimits.VisibilitySeconds * 1000L)
            {
                throw SqsError.InvalidValue(
                    "VisibilityTimeout", seconds, "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
            }

            if (seconds == 0)
            {
                _contents.Show(message);
            }
            else
            {
                _contents.Hide(message, MessageState.InFlight, now + (seconds * 1000L));
                SetAlarm(now);
            }

            WakeWaiter();
        }
    }

    /// <summary>Deletes all messages, those in flight too. Once a minute.</summary>
    public void Purge()
    {
        lock (_lock)
        {
            ThrowIfDeleted();
            var now = Advance();
            if (_purgedAt is { } last && now - last < 60_000)
            {
                throw SqsError.PurgeQueueInProgress.With($"Only one PurgeQueue operation on {Name} is allowed every 60 seconds.");
            }

            _purgedAt = now;
            _contents.Clear();
        }
    }

    /// <summary>The message that a receive would get next, left where it is.</summary>
    public SqsMessage? Peek()
    {
        lock (_lock)
        {
            Advance();
            return _contents.Next();
        }
    }

    /// <summary>Moves a message for a move task: to SQS it is a new one then, with a new id and age.</summary>
    /// <returns>False if the message is no longer visible here.</returns>
    /// <exception cref="SqsException">The target was deleted; the message stays.</exception>
    public bool TryMove(SqsMessage message, SqsQueue target)
    {
        var (first, second) = InLockOrder(target);
        lock (first._lock)
        {
            lock (second._lock)
            {
                target.ThrowIfDeleted();
                if (message.State != MessageState.Visible)
                {
                    return false;
                }

                _contents.Remove(message);
                target.Accept(new(Guid.NewGuid(), message.Content, Now()) { SequenceNumber = target.NextSequenceNumber() });
                return true;
            }
        }
    }

    /// <summary>Ends the queue: its messages are gone and waiting receives learn of it.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _deleted = true;
            _contents.Clear();

            foreach (var waiter in _waiters)
            {
                waiter.TrySetResult();
            }
        }

        MoveTasks.Dispose();
        _alarm.Dispose();
    }

    /// <summary>
    /// This queue and another in the order in which to lock them for a move, so that two queues that are each other's
    /// dead-letter queue never wait for one another. Under both locks a message is on one queue at every moment.
    /// </summary>
    private (SqsQueue First, SqsQueue Second) InLockOrder(SqsQueue other) => _number < other._number ? (this, other) : (other, this);

    private void Accept(SqsMessage message)
    {
        _contents.Add(message, delay: 0, Advance());
        WakeWaiter();
    }

    /// <summary>Fills <paramref name="into"/>; when nothing can be had, <paramref name="waiter"/> is put in line.</summary>
    private void Collect(int max, int? visibilitySeconds, List<Delivery> into, TaskCompletionSource? waiter)
    {
        var policy = Settings.RedrivePolicy;
        var deadLetterQueue = policy is null ? null : _findByArn(policy.TargetArn);
        var (first, second) = InLockOrder(deadLetterQueue ?? this);
        lock (first._lock)
        {
            lock (second._lock)
            {
                // Without its dead-letter queue a message is delivered ever again.
                var redrives = deadLetterQueue is { _deleted: false };
                ThrowIfDeleted();
                var now = Advance();
                SqsMessage? previous = null;
                while (into.Count < max && _contents.Next(previous) is { } message)
                {
                    if (redrives && message.ReceiveCount >= policy!.MaxReceiveCount)
                    {
                        MoveDeadLetter(message, deadLetterQueue!);
                        continue;
                    }

                    if (_contents.InFlight >= SqsLimits.InFlight)
                    {
                        if (into.Count == 0 && waiter is null && !IsFifo)
                        {
                            throw SqsError.OverLimit.With($"Too many messages in flight on {Name}: delete some, or wait.");
                        }

                        break;
                    }

                    into.Add(Deliver(message, (visibilitySeconds ?? Settings.VisibilityTimeout) * 1000L, now));
                    previous = message;
                }

                if (waiter is not null && into.Count == 0)
                {
                    _waiters.AddLast(waiter);
                }

                SetAlarm(now);
            }
        }
    }

    /// <summary>Moves as the redrive policy has it: id, content and age are kept, the receives begin anew.</summary>
    private void MoveDeadLetter(SqsMessage message, SqsQueue target)
    {
        _contents.Remove(message);
        target.Accept(new(message.Key, message.Content, message.SentAt)
        {
            SequenceNumber = target.NextSequenceNumber(),
            DeadLetterSourceArn = Arn,
        });
    }

    private Delivery Deliver(SqsMessage message, long visibility, long now)
    {
        message.Receipt = ++_receipts;
        message.ReceivedAt = now;
        message.FirstReceivedAt = message.ReceiveCount++ == 0 ? now : message.FirstReceivedAt;
        _contents.Hide(message, MessageState.InFlight, now + visibility);
        var handle = new ReceiptHandle(_number, message.Key, message.Receipt);
        return new(message, handle.ToString(), message.ReceiveCount, message.FirstReceivedAt);
    }

    /// <summary>A receive stops waiting. Whatever wake-up it may have got is passed on to the next in line.</summary>
    private void Leave(TaskCompletionSource waiter)
    {
        lock (_lock)
        {
            _waiters.Remove(waiter);
            WakeWaiter();
        }
    }

    /// <summary>Wakes one waiting receive if there is something for it; on leaving, that one wakes the next.</summary>
    private void WakeWaiter()
    {
        if (_waiters.First is { } first && _contents.Next() is not null)
        {
            _waiters.RemoveFirst();
            first.Value.TrySetResult();
        }
    }

    private void Touch()
    {
        lock (_lock)
        {
            SetAlarm(Advance());
        }
    }

    /// <summary>Acts on all that fell due: delays, visibility timeouts, retention. Returns the time it saw.</summary>
    private long Advance()
    {
        var now = Now();
        _contents.Advance(now, Settings.MessageRetentionPeriod * 1000L);
        WakeWaiter();
        return now;
    }

    private void SetAlarm(long now)
    {
        if (!_deleted && _waiters.Count > 0 && _contents.NextDue is { } next)
        {
            _alarm.Change(TimeSpan.FromMilliseconds(Math.Max(0, next - now)), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>In a FIFO queue: 20 digits, growing, not consecutive.</summary>
    private string? NextSequenceNumber() =>
        IsFifo ? Interlocked.Add(ref _sequence, 256).ToString("D20", CultureInfo.InvariantCulture) : null;

    private void ThrowIfDeleted()
    {
        if (_deleted)
        {
            throw SqsError.NoSuchQueue();
        }
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
