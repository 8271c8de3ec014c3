using System.Globalization;

namespace FetchEtl.Local;

/// <summary>
/// Sends, receives, deletes, purges and changes visibility on one queue by the rules of SQS. Knows neither other queues
/// nor waiting receives; callers pass the time. Not thread-safe: the lock of the queue guards it.
/// </summary>
internal sealed class QueueMessages(int queueNumber, string queueName, bool fifo)
{
    private readonly QueueContents _contents = new(fifo ? new FifoOrder() : new StandardOrder());
    private readonly Deduplication _deduplication = new();
    private long _receipts;
    private long _sequence;
    private long? _purgedAt;

    /// <summary>Number of messages that are delayed, visible and in flight.</summary>
    public (int Delayed, int Visible, int InFlight) Count => (_contents.Delayed, _contents.Visible, _contents.InFlight);

    /// <inheritdoc cref="QueueContents.NextDue"/>
    public long? NextDue => _contents.NextDue;

    /// <summary>The message that a receive would get next, or null.</summary>
    public StoredMessage? Next() => _contents.Next();

    /// <inheritdoc cref="QueueContents.Advance"/>
    public void Advance(long now, long retention) => _contents.Advance(now, retention);

    public StoredMessage Send(MessageContent content, int delaySeconds, bool deduplicatesByGroup, long now)
    {
        var scope = deduplicatesByGroup ? content.GroupId : null;
        if (fifo && _deduplication.Find(scope, content.DeduplicationId!, now) is { } duplicate)
        {
            return duplicate;
        }

        var message = new StoredMessage(Guid.NewGuid(), content, now) { SequenceNumber = NextSequenceNumber() };
        _contents.Add(message, delaySeconds * 1000L, now);
        if (fifo)
        {
            _deduplication.Remember(scope, content.DeduplicationId!, message, now);
        }

        return message;
    }

    /// <summary>
    /// Adds a message that a redrive policy moves here. It keeps its id, content and receive count. On a standard queue
    /// it also keeps its age; on a FIFO queue the age starts again (developer guide, "Setting-up dead-letter queue
    /// retention").
    /// </summary>
    public void AcceptDeadLetter(StoredMessage from, string sourceArn, long now) => _contents.Add(
        new(from.Key, from.Content, fifo ? now : from.SentAt)
        {
            SequenceNumber = NextSequenceNumber(),
            DeadLetterSourceArn = sourceArn,
            EarlierReceives = from.EarlierReceives + from.ReceiveCount,
        },
        delay: 0,
        now);

    /// <summary>Adds a message that a move task moves here: a new message, with a new id and age.</summary>
    public void AcceptMoved(StoredMessage from, long now) => _contents.Add(
        new(Guid.NewGuid(), from.Content, now) { SequenceNumber = NextSequenceNumber() }, delay: 0, now);

    /// <summary>
    /// Delivers messages until <paramref name="into"/> is full, no message is visible, or too many are in flight.
    /// </summary>
    /// <param name="into">Receives the deliveries.</param>
    /// <param name="max">The most deliveries it can hold.</param>
    /// <param name="visibilitySeconds">How long the messages stay in flight.</param>
    /// <param name="now">Unix time in milliseconds.</param>
    /// <param name="maxReceives">After this many receives a message is a dead letter and is not delivered.</param>
    /// <param name="move">Moves a dead letter to another queue.</param>
    /// <param name="faults">Faults for the deliveries of a standard queue.</param>
    public void Receive(
        List<Delivery> into,
        int max,
        int visibilitySeconds,
        long now,
        int maxReceives,
        Action<StoredMessage> move,
        CallFaults? faults)
    {
        faults = fifo ? null : faults;
        Stack<StoredMessage>? again = null;
        while (into.Count < max && Next(into.LastOrDefault().Message, faults) is { } message)
        {
            if (message.ReceiveCount >= maxReceives)
            {
                move(message);
            }
            else if (_contents.InFlight < Quotas.InFlight)
            {
                into.Add(Deliver(message, visibilitySeconds, now));
                if (faults?.DeliversAgain() == true)
                {
                    (again ??= new()).Push(message);
                }
            }
            else
            {
                break;
            }
        }

        // Shown only now, so that the same receive does not get them again. The last comes first, to keep their order.
        while (again is not null && again.TryPop(out var message))
        {
            _contents.ShowFirst(message);
        }
    }

    /// <inheritdoc cref="StoredQueue.Delete"/>
    public void Delete(string? receiptHandle)
    {
        var handle = ReceiptHandle.Parse(receiptHandle, queueNumber);
        if (_contents.Find(handle.Message) is not { } message)
        {
            return;
        }

        var current = message.Receipt == handle.Receipt;
        if (fifo && (!current || message.State != MessageState.InFlight))
        {
            throw ApiError.InvalidValue("ReceiptHandle", receiptHandle, "The receipt handle has expired.");
        }

        if (current)
        {
            _contents.Remove(message);
        }
    }

    /// <inheritdoc cref="StoredQueue.ChangeVisibility"/>
    public void ChangeVisibility(string? receiptHandle, int seconds, long now)
    {
        var handle = ReceiptHandle.Parse(receiptHandle, queueNumber);
        if (seconds is < 0 or > Quotas.VisibilitySeconds)
        {
            throw ApiError.InvalidValue(
                "VisibilityTimeout", seconds, $"Must be between 0 and {Quotas.VisibilitySeconds}.");
        }

        // A standard queue takes every handle of a message that it still has, also after the visibility timeout.
        // Recorded at AWS: LocalStack's test_terminate_visibility_timeout_after_receive and
        // test_change_message_visibility_after_visibility_timeout_expiration.
        if (_contents.Find(handle.Message) is not { } message || (fifo && message.Receipt != handle.Receipt))
        {
            throw ApiError.InvalidValue(
                "ReceiptHandle",
                receiptHandle,
                "Message does not exist or is not available for visibility timeout change.");
        }

        if (fifo && message.State != MessageState.InFlight)
        {
            throw ApiError.MessageNotInflight.With("The specified message isn't in flight.");
        }

        if (now + (seconds * 1000L) - message.ReceivedAt > Quotas.VisibilitySeconds * 1000L)
        {
            throw ApiError.InvalidValue(
                "VisibilityTimeout",
                seconds,
                $"Total VisibilityTimeout for the message is beyond the limit [{Quotas.VisibilitySeconds} seconds]");
        }

        if (seconds > 0)
        {
            _contents.Hide(message, MessageState.InFlight, now + (seconds * 1000L));
        }
        else if (message.State == MessageState.InFlight)
        {
            _contents.Show(message);
        }
    }

    /// <inheritdoc cref="StoredQueue.Release"/>
    public void Release(List<Delivery> deliveries)
    {
        foreach (var (message, handle, _, _) in deliveries)
        {
            if (message.State == MessageState.InFlight
                && message.Receipt == ReceiptHandle.Parse(handle, queueNumber).Receipt)
            {
                _contents.Show(message);
            }
        }
    }

    /// <inheritdoc cref="StoredQueue.Purge"/>
    public void Purge(long now)
    {
        if (_purgedAt is { } last && now - last < Quotas.PurgeSeconds * 1000L)
        {
            throw ApiError.PurgeQueueInProgress.With(
                $"Only one PurgeQueue operation on {queueName} is allowed every {Quotas.PurgeSeconds} seconds.");
        }

        _purgedAt = now;
        _contents.Clear();
        _deduplication.Clear();
    }

    /// <summary>Removes a message that moves to another queue.</summary>
    public void Remove(StoredMessage message) => _contents.Remove(message);

    public void Clear() => _contents.Clear();

    private StoredMessage? Next(StoredMessage? previous, CallFaults? faults) =>
        _contents.Next(previous, faults is null || _contents.Visible == 0 ? 0 : faults.Skips(_contents.Visible - 1));

    private Delivery Deliver(StoredMessage message, int visibilitySeconds, long now)
    {
        message.Receipt = ++_receipts;
        message.ReceivedAt = now;
        message.FirstReceivedAt = message.ReceiveCount++ == 0 ? now : message.FirstReceivedAt;
        _contents.Hide(message, MessageState.InFlight, now + (visibilitySeconds * 1000L));
        var handle = new ReceiptHandle(queueNumber, message.Key, message.Receipt);
        return new(message, handle.ToString(), message.EarlierReceives + message.ReceiveCount, message.FirstReceivedAt);
    }

    /// <summary>20 digits on a FIFO queue, increasing and not consecutive; null on a standard queue.</summary>
    private string? NextSequenceNumber() =>
        fifo ? (_sequence += 256).ToString("D20", CultureInfo.InvariantCulture) : null;
}
