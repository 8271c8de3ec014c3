namespace FetchEtl.Local;

/// <summary>
/// A queue: its messages behind one lock, its waiting receives, and moves between queues. Knows no protocol. Each
/// access first processes the due times that have passed. While a receive waits, a timer does so too.
/// </summary>
internal sealed class StoredQueue : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Func<string, StoredQueue?> _findByArn;
    private readonly QueueMessages _messages;
    private readonly WaitingReceives _waiting;
    private readonly int _number;

    /// <summary>
    /// From the creation on: a later change of DeduplicationScope has no effect. Recorded at AWS: LocalStack's
    /// <c>test_fifo_change_to_high_throughput_after_creation</c>.
    /// </summary>
    private readonly bool _deduplicatesByGroup;

    private bool _deleted;

    public StoredQueue(
        int number,
        string name,
        string arn,
        QueueSettings settings,
        TimeProvider time,
        Func<string, StoredQueue?> findByArn)
    {
        _number = number;
        Name = name;
        Arn = arn;
        Settings = settings;
        _time = time;
        _findByArn = findByArn;
        _deduplicatesByGroup = settings.DeduplicatesByGroup;
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

    /// <summary>Tag by key. Callers lock the dictionary.</summary>
    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    public MoveTasks MoveTasks { get; } = new();

    /// <summary>Number of messages that are delayed, visible and in flight.</summary>
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

    /// <summary>
    /// Adds a message, or returns the earlier one with the same deduplication id. A FIFO queue takes no delay of a
    /// message: 0 means its own delay there.
    /// </summary>
    public StoredMessage Send(MessageContent content, int? delaySeconds)
    {
        lock (_lock)
        {
            ThrowIfDeleted();
            var now = Advance();
            var delay = IsFifo ? Settings.DelaySeconds : delaySeconds ?? Settings.DelaySeconds;
            var message = _messages.Send(content, delay, _deduplicatesByGroup, now);
            _waiting.SetTimer(now);
            _waiting.Wake();
            return message;
        }
    }

    /// <summary>
    /// Receives up to <paramref name="max"/> messages. Waits at most <paramref name="wait"/> for the first.
    /// </summary>
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

        // The receive joins the line before it sets the timer, so a test that sees the timer knows that the receive
        // waits.
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
                // The client closed the connection, so it gets no message.
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
    /// Deletes a message by handle. As in SQS, an older handle or the handle of a deleted message succeeds without an
    /// effect on a standard queue. A FIFO queue rejects an expired handle.
    /// </summary>
    public void Delete(string? receiptHandle) => Change(_ => _messages.Delete(receiptHandle));

    /// <summary>Ends the visibility timeout that many seconds from now; 0 makes the message visible at once.</summary>
    public void ChangeVisibility(string? receiptHandle, int seconds) =>
        Change(now => _messages.ChangeVisibility(receiptHandle, seconds, now));

    /// <summary>Makes messages visible that no response can carry. Their receive still counts.</summary>
    public void Release(List<Delivery> deliveries) => Change(_ => _messages.Release(deliveries));

    /// <summary>Deletes all messages, also those in flight. Allowed once a minute.</summary>
    public void Purge() => Change(_messages.Purge);

    /// <summary>The message that a receive would get next. It stays visible.</summary>
    public StoredMessage? Peek()
    {
        lock (_lock)
        {
            Advance();
            return _messages.Next();
        }
    }

    /// <summary>Moves a message for a move task.</summary>
    /// <returns>False if the message is no longer visible here.</returns>
    /// <exception cref="ApiException">The target was deleted; the message stays.</exception>
    public bool TryMove(StoredMessage message, StoredQueue target)
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

    /// <summary>Deletes the queue and its messages, and wakes waiting receives.</summary>
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
            _waiting.SetTimer(now);
            _waiting.Wake();
        }
    }

    /// <summary>
    /// This queue and another in the order in which a move locks them. The fixed order prevents a deadlock between two
    /// queues that are the dead-letter queues of each other. Under both locks a message is always on exactly one queue.
    /// </summary>
    private (StoredQueue First, StoredQueue Second) InLockOrder(StoredQueue other) =>
        _number < other._number ? (this, other) : (other, this);

    /// <summary>
    /// Fills <paramref name="into"/>. If no message is available, <paramref name="waiter"/> joins the line.
    /// </summary>
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

                // Without the dead-letter queue, messages are delivered again without limit.
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
                    throw ApiError.OverLimit.With($"Too many messages in flight on {Name}: delete some, or wait.");
                }

                _waiting.SetTimer(now);
            }
        }
    }

    /// <summary>The caller holds the locks of both queues.</summary>
    private void MoveDeadLetter(StoredMessage message, StoredQueue target)
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
            _waiting.SetTimer(Advance());
        }
    }

    /// <summary>
    /// Processes the delays, visibility timeouts and retentions that have ended. Returns the current time.
    /// </summary>
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
            throw ApiError.NoSuchQueue();
        }
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
