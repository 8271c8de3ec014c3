using System.Globalization;

namespace FetchEtl.Local;

/// <summary>
/// What SQS lets happen to the messages of one queue: send, receive, delete, change of visibility, purge. Knows neither other
/// queues nor who waits, and takes the time as given. Not thread-safe: the queue's lock guards it.
/// </summary>
internal sealed class QueueMessages(int queueNumber, string queueName, bool fifo)
{
    private readonly QueueContents _contents = new(fifo ? new FifoOrder() : new StandardOrder());
    private readonly Deduplication _deduplication = new();
    private long _receipts;
    private long _sequence;
    private long? _purgedAt;

    /// <summary>Messages delayed, visible and in flight.</summary>
    public (int Delayed, int Visible, int InFlight) Count => (_contents.Delayed, _contents.Visible, _contents.InFlight);

    /// <inheritdoc cref="QueueContents.NextDue"/>
    public long? NextDue => _contents.NextDue;

    /// <summary>What a receive would get next.</summary>
    public SqsMessage? Next() => _contents.Next();

    /// <inheritdoc cref="QueueContents.Advance"/>
    public void Advance(long now, long retention) => _contents.Advance(now, retention);

    public SqsMessage Send(MessageContent content, int delaySeconds, bool deduplicatesByGroup, long now)
    {
        var scope = deduplicatesByGroup ? content.GroupId : null;
        if (fifo && _deduplication.Find(scope, content.DeduplicationId!, now) is { } duplicate)
        {
            return duplicate;
        }

        var message = new SqsMessage(Guid.NewGuid(), content, now) { SequenceNumber = NextSequenceNumber() };
        _contents.Add(message, delaySeconds * 1000L, now);
        if (fifo)
        {
            _deduplication.Remember(scope, content.DeduplicationId!, message, now);
        }

        return message;
    }

    /// <summary>Takes a message that a redrive policy moves here: id, content and age are kept, its receives begin anew.</summary>
    public void AcceptDeadLetter(SqsMessage from, string sourceArn, long now) => _contents.Add(
        new(from.Key, from.Content, from.SentAt) { SequenceNumber = NextSequenceNumber(), DeadLetterSourceArn = sourceArn },
        delay: 0,
        now);

    /// <summary>Takes a message that a move task brings: to SQS it is a new message, with a new id and age.</summary>
    public void AcceptMoved(SqsMessage from, long now) => _contents.Add(
        new(Guid.NewGuid(), from.Content, now) { SequenceNumber = NextSequenceNumber() }, delay: 0, now);

    /// <summary>Delivers until <paramref name="into"/> holds as many as asked, no more is visible, or too many are in flight.</summary>
    /// <param name="into">Takes the deliveries.</param>
    /// <param name="max">How many it may hold.</param>
    /// <param name="visibilitySeconds">How long they are in flight.</param>
    /// <param name="now">Unix time in milliseconds.</param>
    /// <param name="maxReceives">A message received so often is not delivered again but a dead letter.</param>
    /// <param name="move">Takes a dead letter off this queue.</param>
    /// <param name="faults">What befalls deliveries of a standard queue.</param>
    public void Receive(
        List<Delivery> into, int max, int visibilitySeconds, long now, int maxReceives, Action<SqsMessage> move, CallFaults? faults)
    {
        faults = fifo ? null : faults;
        Stack<SqsMessage>? again = null;
        while (into.Count < max && Next(into.LastOrDefault().Message, faults) is { } message)
        {
            if (message.ReceiveCount >= maxReceives)
            {
                move(message);
            }
            else if (_contents.InFlight < SqsLimits.InFlight)
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

        // Only now, or this very receive would get them again. The last one first, so that they keep their order.
        while (again is not null && again.TryPop(out var message))
        {
            _contents.ShowFirst(message);
        }
    }

    /// <inheritdoc cref="SqsQueue.Delete"/>
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
            throw SqsError.InvalidValue("ReceiptHandle", receiptHandle, "The receipt handle has expired.");
        }

        if (current)
        {
            _contents.Remove(message);
        }
    }

    /// <inheritdoc cref="SqsQueue.ChangeVisibility"/>
    public void ChangeVisibility(string? receiptHandle, int seconds, long now)
    {
        var handle = ReceiptHandle.Parse(receiptHandle, queueNumber);
        if (seconds is < 0 or > SqsLimits.VisibilitySeconds)
        {
            throw SqsError.InvalidValue("VisibilityTimeout", seconds, "Must be between 0 and 43200.");
        }

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
        }
    }

    /// <inheritdoc cref="SqsQueue.GiveBack"/>
    public void GiveBack(List<Delivery> deliveries)
    {
        foreach (var (message, handle, _, _) in deliveries)
        {
            if (message.State == MessageState.InFlight && message.Receipt == ReceiptHandle.Parse(handle, queueNumber).Receipt)
            {
                _contents.Show(message);
            }
        }
    }

    /// <inheritdoc cref="SqsQueue.Purge"/>
    public void Purge(long now)
    {
        if (_purgedAt is { } last && now - last < 60_000)
        {
            throw SqsError.PurgeQueueInProgress.With($"Only one PurgeQueue operation on {queueName} is allowed every 60 seconds.");
        }

        _purgedAt = now;
        _contents.Clear();
    }

    /// <summary>Takes a message off the queue, to another.</summary>
    public void Remove(SqsMessage message) => _contents.Remove(message);

    public void Clear() => _contents.Clear();

    private SqsMessage? Next(SqsMessage? previous, CallFaults? faults) =>
        _contents.Next(previous, faults is null || _contents.Visible == 0 ? 0 : faults.PassesOver(_contents.Visible - 1));

    private Delivery Deliver(SqsMessage message, int visibilitySeconds, long now)
    {
        message.Receipt = ++_receipts;
        message.ReceivedAt = now;
        message.FirstReceivedAt = message.ReceiveCount++ == 0 ? now : message.FirstReceivedAt;
        _contents.Hide(message, MessageState.InFlight, now + (visibilitySeconds * 1000L));
        var handle = new ReceiptHandle(queueNumber, message.Key, message.Receipt);
        return new(message, handle.ToString(), message.ReceiveCount, message.FirstReceivedAt);
    }

    /// <summary>In a FIFO queue: 20 digits, growing, not consecutive.</summary>
    private string? NextSequenceNumber() => fifo ? (_sequence += 256).ToString("D20", CultureInfo.InvariantCulture) : null;
}
