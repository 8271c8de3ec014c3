namespace FetchEtl.Local;

/// <summary>
/// A queue: its messages behind one lock, the receives that wait for one, and what passes between it and other queues. Knows
/// no protocol. Due times are acted on whenever the queue is touched, and by an alarm while a receive waits.
/// </summary>
internal sealed class SqsQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Func<string, SqsQueue?> _findByArn;
    private readonly QueueMessages _messages;
    private readonly WaitingReceives _waiting;
    private readonly int _number;
    private bool _deleted;

    public SqsQueue(int number, string name, string arn, QueueSettings settings, TimeProvider time, Func<string, SqsQueue?> findByArn)
    {
        _number = number;
        Name = name;
        Arn = arn;
        Settings = settings;
        _time = time;
        _findByArn = findByArn;
        _messages = new(number, name, IsFifo);
        _waiting = new(_messages, time, Touch);
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
            return _messages.Count;
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
            var message = _messages.Send(content, delaySeconds ?? Settings.DelaySeconds, Settings.DeduplicatesByGroup, now);
            _waiting.SetAlarm(now);
            _waiting.Wake();
            return message;
        }
    }

    /// <summary>Up to <paramref name="max"/> messages, waiting for the first one at most <paramref name="wait"/>.</summary>
    public async ValueTask<List<Delivery>> ReceiveAsync(
        int max, int? visibilitySeconds, TimeSpan wait, CancellationToken cancellation, CallFaults? faults = null)
    {
        var deliveries = new List<Delivery>(max);
        var waiter = wait > TimeSpan.Zero ? NewWaiter() : null;
        Collect(max, visibilitySeconds, deliveries, waiter, faults);
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
            Collect(max, visibilitySeconds, deliveries, waiter, faults);
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
    public void Delete(string? receiptHandle) => Change(_ => _messages.Delete(receiptHandle));

    /// <summary>Moves the end of a lease to so many seconds from now; 0 gives the message back at once.</summary>
    public void ChangeVisibility(string? receiptHandle, int seconds) =>
        Change(now => _messages.ChangeVisibility(receiptHandle, seconds, now));

    /// <summary>Makes visible what was received but can't be handed over. It counts as received all the same.</summary>
    public void GiveBack(List<Delivery> deliveries) => Change(_ => _messages.GiveBack(deliveries));

    /// <summary>Deletes all messages, those in flight too. Once a minute.</summary>
    public void Purge() => Change(_messages.Purge);

    /// <summary>The message that a receive would get next, left where it is.</summary>
    public SqsMessage? Peek()
    {
        lock (_lock)
        {
            Advance();
            return _messages.Next();
        }
    }

    /// <summary>Moves a message for a move task.</summary>
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

                _messages.Remove(message);
                target._messages.AcceptMoved(message, target.Advance());
                target._waiting.Wake();
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
            _messages.Clear();
            _waiting.Dispose();
        }

        MoveTasks.Dispose();
    }

    private void Change(Action<long> change)
    {
        lock (_lock)
        {
            ThrowIfDeleted();
            var now = Advance();
            change(now);
            _waiting.SetAlarm(now);
            _waiting.Wake();
        }
    }

    /// <summary>
    /// This queue and another in the order in which to lock them for a move, so that two queues that are each other's
    /// dead-letter queue never wait for one another. Under both locks a message is on one queue at every moment.
    /// </summary>
    private (SqsQueue First, SqsQueue Second) InLockOrder(SqsQueue other) => _number < other._number ? (this, other) : (other, this);

    /// <summary>Fills <paramref name="into"/>; when nothing can be had, <paramref name="waiter"/> is put in line.</summary>
    private void Collect(
        int max, int? visibilitySeconds, List<Delivery> into, TaskCompletionSource? waiter, CallFaults? faults)
    {
        var policy = Settings.RedrivePolicy;
        var deadLetterQueue = policy is null ? null : _findByArn(policy.TargetArn);
        var (first, second) = InLockOrder(deadLetterQueue ?? this);
        lock (first._lock)
        {
            lock (second._lock)
            {
                ThrowIfDeleted();
                var now = Advance();

                // While there is no dead-letter queue, messages are delivered on and on.
                var maxReceives = deadLetterQueue is { _deleted: false } ? policy!.MaxReceiveCount : int.MaxValue;
                _messages.Receive(
                    into, max, visibilitySeconds ?? Settings.VisibilityTimeout, now, maxReceives,
                    deadLetter => MoveDeadLetter(deadLetter, deadLetterQueue!), faults);
                if (into.Count == 0 && waiter is not null)
                {
                    _waiting.Join(waiter);
                }
                else if (into.Count == 0 && !IsFifo && _messages.Next() is not null)
                {
                    throw SqsError.OverLimit.With($"Too many messages in flight on {Name}: delete some, or wait.");
                }

                _waiting.SetAlarm(now);
            }
        }
    }

    /// <summary>Under the locks of both queues.</summary>
    private void MoveDeadLetter(SqsMessage message, SqsQueue target)
    {
        _messages.Remove(message);
        target._messages.AcceptDeadLetter(message, Arn, target.Advance());
        target._waiting.Wake();
    }

    private void Leave(TaskCompletionSource waiter)
    {
        lock (_lock)
        {
            _waiting.Leave(waiter);
        }
    }

    private void Touch()
    {
        lock (_lock)
        {
            _waiting.SetAlarm(Advance());
        }
    }

    /// <summary>Acts on all that fell due: delays, visibility timeouts, retention. Returns the time it saw.</summary>
    private long Advance()
    {
        var now = Now();
        _messages.Advance(now, Settings.MessageRetentionPeriod * 1000L);
        _waiting.Wake();
        return now;
    }

    private void ThrowIfDeleted()
    {
        if (_deleted)
        {
            throw SqsError.NoSuchQueue();
        }
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
