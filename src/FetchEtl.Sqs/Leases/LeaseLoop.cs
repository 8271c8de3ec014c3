using System.Threading.Channels;
using Amazon.SQS.Model;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// Owns the leases of an endpoint. One loop reads events, applies each to the lease that it concerns, and issues the
/// calls that the leases ask for. Nothing else touches a lease, so nothing needs a lock.
/// </summary>
internal sealed class LeaseLoop(
    LeaseCalls calls,
    DeadLetterQueue deadLetters,
    PrefetchWindow window,
    TimeSpan visibilityTimeout,
    Backoff backoff,
    QueueMetrics metrics,
    TroubleLog troubles,
    ILogger logger,
    TimeProvider time,
    CancellationToken stopping,
    S3PayloadDeletes? payloads = null) : IDisposable
{
    private readonly Channel<LeaseEvent> _events =
        Channel.CreateUnbounded<LeaseEvent>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CallLanes _lanes = new(
        calls, visibilityTimeout, backoff, new CallReports(troubles, deadLetters.Name, metrics, logger));

    private readonly ClaimReports _claims = new(logger);

    private readonly Dictionary<string, SqsMessageLease> _open = new(StringComparer.Ordinal);
    private readonly PriorityQueue<SqsMessageLease, TimeSpan> _retries = new();
    private readonly long _origin = time.GetTimestamp();

    private TimeSpan _wakeAt = TimeSpan.MaxValue;
    private TimeSpan _nextBeat;
    private bool _stopped;
    private bool _gaveUp;

    // A monotonic clock: a jump of the wall clock moves no deadline.
    private TimeSpan Now => time.GetElapsedTime(_origin);

    /// <summary>
    /// Completed while SQS refuses deletes. What is received meanwhile would only use up receive counts.
    /// </summary>
    public Task<DeleteOutage> Outage => _lanes.Outage;

    /// <summary>Calls that SQS has not answered yet.</summary>
    public int CallsUnderWay => _lanes.CallsUnderWay;

    /// <summary>Says which troubles of the endpoint are to be logged. Any thread may use it.</summary>
    public TroubleLog Troubles => _lanes.Troubles;

    /// <summary>
    /// Opens a lease on each message of a receive. A message that is in flight here already gets none: the delivery
    /// joins the lease that there is.
    /// </summary>
    /// <returns>The messages to handle, in the order received.</returns>
    /// <exception cref="InvalidOperationException">The loop has ended.</exception>
    public Task<IReadOnlyList<SqsMessageLease>> OpenAsync(IReadOnlyList<Message> messages)
    {
        var batch = new ReceivedBatch(messages);
        if (!_events.Writer.TryWrite(new LeaseEvent(LeaseEventKind.Received, Data: batch)))
        {
            batch.SetException(Ended());
        }

        return batch.Task;
    }

    /// <summary>No message is received any more. The loop ends when every lease is closed.</summary>
    public void Stop() => _events.Writer.TryWrite(new LeaseEvent(LeaseEventKind.Stop));

    /// <summary>Returns what is in flight at once. Verdicts of consumers that go on have no effect.</summary>
    public void GiveUp() => _events.Writer.TryWrite(new LeaseEvent(LeaseEventKind.GiveUp));

    /// <summary>Runs until all leases are closed after <see cref="Stop"/>.</summary>
    public async Task RunAsync()
    {
        await using var timer = time.CreateTimer(
            static events => ((ChannelWriter<LeaseEvent>)events!).TryWrite(new LeaseEvent(LeaseEventKind.Wake)),
            _events.Writer,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        var happened = default(LeaseEvent);
        try
        {
            while (!_stopped || _open.Count > 0 || CallsUnderWay > 0)
            {
                await _events.Reader.WaitToReadAsync();
                while (_events.Reader.TryRead(out happened))
                {
                    Handle(happened, Now);
                }

                DoWhatIsDue(Now);
                SetTimer(timer, Now);
            }
        }
        finally
        {
            // A receive must not wait for ever: neither one whose messages made the loop fail, nor those behind it.
            _events.Writer.Complete();
            do
            {
                (happened.Data as ReceivedBatch)?.TrySetException(Ended());
            }
            while (_events.Reader.TryRead(out happened));

            // A loop that failed leaves leases open, although no message uses them any more.
            foreach (var _ in _open)
            {
                metrics.Closed();
            }
        }
    }

    public void Dispose() => _lanes.Dispose();

    private static InvalidOperationException Ended() => new("The lease loop has ended.");

    private void Handle(LeaseEvent happened, TimeSpan now)
    {
        switch (happened.Kind)
        {
            case LeaseEventKind.Received:
                var batch = (ReceivedBatch)happened.Data!;
                batch.SetResult([.. batch.Messages.Select(message => Open(message, now)).OfType<SqsMessageLease>()]);
                break;
            case LeaseEventKind.Completed:
                RecordVerdict(happened.Lease!, exception: null, now);
                Apply(happened.Lease!, happened.Lease!.Lease.Completed(now), now);
                break;
            case LeaseEventKind.Faulted:
                RecordVerdict(happened.Lease!, (Exception)happened.Data!, now);
                Fault(happened.Lease!, (Exception)happened.Data!, now);
                break;
            case LeaseEventKind.Released:
                Apply(happened.Lease!, happened.Lease!.Lease.Returned(TimeSpan.Zero, now), now);
                break;
            case LeaseEventKind.Answered:
                Answer((AnsweredCall)happened.Data!, now);
                break;
            case LeaseEventKind.Wake:
                _wakeAt = TimeSpan.MaxValue;
                break;
            case LeaseEventKind.Stop:
                _stopped = true;
                break;
            case LeaseEventKind.GiveUp:
                _gaveUp = true;
                _lanes.GiveUp();
                ForAllOpen(lease => lease.GiveUp(now), now);
                break;
        }
    }

    /// <summary>The first verdict on a message counts.</summary>
    private void RecordVerdict(SqsMessageLease lease, Exception? exception, TimeSpan now)
    {
        if (lease.Lease.IsUndecided)
        {
            metrics.Processed(now - lease.OpenedAt, exception);
        }
    }

    private SqsMessageLease? Open(Message? message, TimeSpan now)
    {
        if (message is not { MessageId: not null, ReceiptHandle: not null, Body: not null })
        {
            Log.MalformedMessage(logger, message?.MessageId);
            return null;
        }

        var receiveCount = message.ReceiveCount();
        if (_open.TryGetValue(message.MessageId, out var known))
        {
            Log.DuplicateDelivery(logger, message.MessageId);
            Apply(known, known.Lease.DeliveredAgain(message.ReceiptHandle, receiveCount, now), now);
            return null;
        }

        // The lease counts from the reply: SQS hides a message when it hands it out, at the end of a long poll.
        var machine = new Lease(message.ReceiptHandle, receiveCount, visibilityTimeout, now);
        var identity = deadLetters.Identities.Read(message);
        if (identity.IsClaimIgnored)
        {
            _claims.Ignored(message.MessageId, now);
        }

        var lease = new SqsMessageLease(message, identity, machine, _events.Writer, metrics.ProcessAttributes)
        {
            OpenedAt = now,
        };
        _nextBeat = _open.Count == 0 ? now + _lanes.Beat : _nextBeat;
        _open.Add(message.MessageId, lease);
        metrics.Opened();
        if (_gaveUp)
        {
            Apply(lease, machine.GiveUp(now), now);
        }

        return lease;
    }

    /// <summary>Invalid messages go to the dead-letter queue, all others back to their queue.</summary>
    private void Fault(SqsMessageLease lease, Exception exception, TimeSpan now)
    {
        var machine = lease.Lease;
        if (FaultVerdict.DeadLetterReason(exception) is { } reason)
        {
            lease.BrokenRule = metrics.RuleOf(exception);
            Apply(lease, machine.Rejected(now), now, reason);
            return;
        }

        var count = lease.Message.ReceiveCount();
        var delay = stopping.IsCancellationRequested ? TimeSpan.Zero : backoff.ReturnAfter(count);
        if (machine.IsUndecided)
        {
            Log.Returned(logger, lease.Message.MessageId, exception.GetType().Name, count, delay.TotalSeconds);
        }

        Apply(lease, machine.Returned(delay, now), now);
    }

    private void Answer(AnsweredCall call, TimeSpan now)
    {
        foreach (var entry in _lanes.Answered(call, now))
        {
            PutOff(entry, now);
        }

        for (var i = 0; i < call.Entries.Count; i++)
        {
            var (entry, answer) = (call.Entries[i], call.Answers[i]);
            var machine = entry.Lease.Lease;
            var action = call.Kind switch
            {
                LeaseCallKind.Renewal => machine.RenewalAnswered(entry.ReceiptHandle, answer, now),
                LeaseCallKind.DeadLetter => DeadLetterAnswered(entry, answer, call.Problem, now),

                // Where the call was refused as a whole, its lane delays the next attempt.
                _ => machine.SettlementAnswered(
                    entry.ReceiptHandle, answer, call.IsRefused ? TimeSpan.Zero : RetryDelay(machine, answer), now),
            };
            Apply(entry.Lease, action, now);
        }
    }

    private TimeSpan RetryDelay(Lease lease, EntryAnswer answer) => answer == EntryAnswer.RefusedForNow
        ? backoff.After(lease.Refusals + 1, Backoff.LongestRetry)
        : TimeSpan.Zero;

    /// <summary>
    /// The lane of an entry is refused. A settlement waits. An invalid message does not: held, many of them would fill
    /// the prefetch while valid ones wait in the queue.
    /// </summary>
    private void PutOff(LeaseEntry entry, TimeSpan now)
    {
        if (entry.DeadLetter is not null)
        {
            Apply(entry.Lease, DeadLetterAnswered(entry, EntryAnswer.RefusedForNow, _lanes.LetterProblem, now), now);
            return;
        }

        entry.Lease.Lease.Postponed(entry.ReceiptHandle);
        _lanes.Hold(entry);
    }

    private void Add(LeaseEntry entry, TimeSpan now)
    {
        if (!_lanes.TryAdd(entry, now))
        {
            PutOff(entry, now);
        }
    }

    private LeaseAction DeadLetterAnswered(LeaseEntry entry, EntryAnswer answer, string? problem, TimeSpan now)
    {
        var (lease, reason) = (entry.Lease, entry.DeadLetter!.Reason);
        if (answer == EntryAnswer.Accepted)
        {
            Log.DeadLettered(logger, lease.Message.MessageId, deadLetters.Name, reason);
            metrics.DeadLettered(lease.BrokenRule);
            return lease.Lease.DeadLetterAnswered(accepted: true, TimeSpan.Zero, now);
        }

        Log.DeadLetterRefused(logger, lease.Message.MessageId, deadLetters.Name, problem!, reason);
        return lease.Lease.DeadLetterAnswered(accepted: false, backoff.ReturnAfter(lease.Message.ReceiveCount()), now);
    }

    /// <summary>Takes the action that a lease asks for.</summary>
    private void Apply(SqsMessageLease lease, LeaseAction action, TimeSpan now, string? reason = null)
    {
        var machine = lease.Lease;
        switch (action)
        {
            case LeaseAction.Renew:
                Add(new LeaseEntry(lease, machine.NewestHandle, LeaseCallKind.Renewal, machine.RenewalTime), now);
                break;
            case LeaseAction.SendDeadLetter:
                var letter = deadLetters.Create(lease.Message, lease.Identity, lease.BodyBytes, reason!);
                Add(new LeaseEntry(lease, machine.NewestHandle, LeaseCallKind.DeadLetter, DeadLetter: letter), now);
                break;
            case LeaseAction.Settle:
                var kind = machine.Settlement.Deletes ? LeaseCallKind.Delete : LeaseCallKind.Return;
                foreach (var handle in machine.Outgoing)
                {
                    Add(new LeaseEntry(lease, handle, kind, machine.Settlement.ReturnDelay), now);
                }

                break;
            case LeaseAction.Wait:
                _retries.Enqueue(lease, machine.RetryAt);
                break;
            case LeaseAction.Close:
                Close(lease);
                break;
        }

        if (machine.State != LeaseState.Held)
        {
            lease.ReportDecision();
        }
    }

    private void Close(SqsMessageLease lease)
    {
        var deletes = lease.Lease.Settlement.Deletes;
        if (lease.Lease.WasLost)
        {
            Log.LeaseLost(logger, lease.Message.MessageId, deletes ? "deleted" : "returned");
            metrics.LeaseLost();
        }
        else if (!deletes)
        {
            metrics.Returned();
        }
        else if (lease is { Payload: { } payload, Lease: { WasDeleted: true, WasRejected: false } })
        {
            payloads?.Add(payload);
        }

        _open.Remove(lease.Message.MessageId);
        if ((lease.Lease.WasLost ? TimeSpan.Zero : lease.Lease.Settlement.ReturnDelay) is { } hidden)
        {
            metrics.Hidden(hidden);
        }

        metrics.Closed();
        window.Release(1, lease.BodyBytes);
    }

    private void DoWhatIsDue(TimeSpan now)
    {
        while (_retries.TryPeek(out var lease, out var due) && due <= now)
        {
            _retries.Dequeue();
            Apply(lease, lease.Lease.Tick(now, stopping.IsCancellationRequested), now);
        }

        if (now >= _nextBeat)
        {
            _nextBeat = now + _lanes.Beat;
            ForAllOpen(lease => lease.Tick(now, stopping.IsCancellationRequested), now);
        }

        while (_lanes.TryResume(now, out var waiting))
        {
            Apply(waiting, waiting.Lease.Resumed(now), now);
        }

        _lanes.HoldsReturns = stopping.IsCancellationRequested && !_stopped && !_gaveUp;
        _lanes.Send(_events.Writer, now);
        _lanes.UpdateOutage(_open.Values);
    }

    private void ForAllOpen(Func<Lease, LeaseAction> step, TimeSpan now)
    {
        foreach (var lease in _open.Values.ToList())
        {
            Apply(lease, step(lease.Lease), now);
        }
    }

    private void SetTimer(ITimer timer, TimeSpan now)
    {
        var wakeAt = _open.Count > 0 ? _nextBeat : TimeSpan.MaxValue;
        wakeAt = _retries.TryPeek(out _, out var retry) ? Durations.Min(wakeAt, retry) : wakeAt;
        wakeAt = Durations.Min(wakeAt, _lanes.DueAt);
        if (wakeAt < _wakeAt)
        {
            _wakeAt = wakeAt;
            var milliseconds = Math.Max(1, Math.Ceiling((wakeAt - now).TotalMilliseconds));
            timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
        }
    }
}
