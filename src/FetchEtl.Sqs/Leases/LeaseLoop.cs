using System.Threading.Channels;
using Amazon.SQS.Model;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// Owns the leases of an endpoint. One loop reads events, applies each to the lease that it concerns, and issues the calls
/// that the leases ask for. Nothing else touches a lease, so nothing needs a lock.
/// </summary>
internal sealed class LeaseLoop : IDisposable
{
    /// <summary>How long a settlement waits for others, so that calls are full.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(100);

    private readonly Channel<LeaseEvent> _events =
        Channel.CreateUnbounded<LeaseEvent>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Dictionary<string, SqsMessageLease> _open = new(StringComparer.Ordinal);
    private readonly PriorityQueue<SqsMessageLease, TimeSpan> _retries = new();
    private readonly EntryBatch[] _batches;
    private readonly EntryBatch _renewals;
    private readonly EntryBatch _returns;
    private readonly EntryBatch _deletes;
    private readonly EntryBatch _letters;
    private readonly DeadLetterQueue _deadLetters;
    private readonly PrefetchWindow _window;
    private readonly TimeSpan _visibilityTimeout;
    private readonly TimeSpan _beat;
    private readonly Backoff _backoff;
    private readonly SqsMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenSource _renewing = new();
    private readonly long _origin;
    private ITimer? _timer;
    private TimeSpan _wakeAt = TimeSpan.MaxValue;
    private TimeSpan _nextBeat;
    private int _callsUnderWay;
    private bool _stopped;
    private bool _settlementsRefused;

    public LeaseLoop(
        LeaseCalls calls,
        DeadLetterQueue deadLetters,
        PrefetchWindow window,
        TimeSpan visibilityTimeout,
        Backoff backoff,
        SqsMetrics metrics,
        ILogger logger,
        TimeProvider time,
        CancellationToken stopping)
    {
        _deadLetters = deadLetters;
        _window = window;
        _visibilityTimeout = visibilityTimeout;
        _backoff = backoff;
        _metrics = metrics;
        _logger = logger;
        _time = time;
        _stopping = stopping;
        _origin = time.GetTimestamp();

        // A renewal that fails is tried again at the next beat: three times before the lease ends.
        _beat = visibilityTimeout / 6;
        _renewals = new EntryBatch(TimeSpan.Zero, entries => Send(() => calls.RenewAsync(entries, _beat, _renewing.Token)));
        _returns = new EntryBatch(Linger, entries => Send(() => calls.ReturnAsync(entries)));
        _deletes = new EntryBatch(Linger, entries => Send(() => calls.DeleteAsync(entries)));
        _letters = new EntryBatch(Linger, entries => Send(() => calls.SendDeadLettersAsync(entries)));
        _batches = [_renewals, _returns, _deletes, _letters];
    }

    // A monotonic clock: a jump of the wall clock moves no deadline.
    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>
    /// Opens a lease on each message of a receive. A message that is in flight here already gets none: the delivery joins
    /// the lease that there is.
    /// </summary>
    /// <returns>The messages to handle, in the order received.</returns>
    public Task<IReadOnlyList<SqsMessageLease>> OpenAsync(IReadOnlyList<Message> messages)
    {
        var batch = new ReceivedBatch(messages);
        if (!_events.Writer.TryWrite(new LeaseEvent(LeaseEventKind.Received, Data: batch)))
        {
            batch.SetException(new InvalidOperationException("The lease loop has ended."));
        }

        return batch.Task;
    }

    /// <summary>No message is received any more. The loop ends when every lease is closed.</summary>
    public void Stop() => _events.Writer.TryWrite(new LeaseEvent(LeaseEventKind.Stop));

    /// <summary>Returns what is in flight at once. Consumers that go on change nothing any more.</summary>
    public void GiveUp() => _events.Writer.TryWrite(new LeaseEvent(LeaseEventKind.GiveUp));

    /// <summary>Runs until all leases are closed after <see cref="Stop"/>.</summary>
    public async Task RunAsync()
    {
        _timer = _time.CreateTimer(
            static events => ((ChannelWriter<LeaseEvent>)events!).TryWrite(new LeaseEvent(LeaseEventKind.Wake)),
            _events.Writer,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        try
        {
            while (!_stopped || _open.Count > 0 || _callsUnderWay > 0)
            {
                await _events.Reader.WaitToReadAsync();
                while (_events.Reader.TryRead(out var happened))
                {
                    Handle(happened, Now);
                }

                DoWhatIsDue(Now);
                SetTimer(Now);
            }
        }
        finally
        {
            await _timer.DisposeAsync();
            End();
        }
    }

    public void Dispose() => _renewing.Dispose();

    /// <summary>Nobody reads events any more: receives that wait for their leases must not wait for ever.</summary>
    private void End()
    {
        _events.Writer.Complete();
        while (_events.Reader.TryRead(out var happened))
        {
            (happened.Data as ReceivedBatch)?.SetException(new InvalidOperationException("The lease loop has ended."));
        }
    }

    private void Handle(LeaseEvent happened, TimeSpan now)
    {
        switch (happened.Kind)
        {
            case LeaseEventKind.Received:
                Receive((ReceivedBatch)happened.Data!, now);
                break;
            case LeaseEventKind.Completed:
                Apply(happened.Lease!, happened.Lease!.Lease.Completed(now), now);
                break;
            case LeaseEventKind.Faulted:
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
                _renewing.Cancel();
                ForAllOpen(lease => lease.GiveUp(now), now);
                break;
        }
    }

    private void Receive(ReceivedBatch batch, TimeSpan now)
    {
        try
        {
            batch.SetResult(Open(batch.Messages, now));
        }
        catch (Exception exception)
        {
            batch.SetException(exception);
            throw;
        }
    }

    private List<SqsMessageLease> Open(IReadOnlyList<Message> messages, TimeSpan now)
    {
        var opened = new List<SqsMessageLease>(messages.Count);
        foreach (var message in messages)
        {
            if (message is not { MessageId: not null, ReceiptHandle: not null, Body: not null })
            {
                Log.MalformedMessage(_logger, message.MessageId);
                continue;
            }

            if (_open.TryGetValue(message.MessageId, out var known))
            {
                Log.DuplicateDelivery(_logger, message.MessageId);
                Apply(known, known.Lease.DeliveredAgain(message.ReceiptHandle, now), now);
                continue;
            }

            // The lease counts from the reply: SQS hides a message when it hands it out, at the end of a long poll.
            var lease = new SqsMessageLease(message, new Lease(message.ReceiptHandle, _visibilityTimeout, now), _events.Writer);
            _open.Add(message.MessageId, lease);
            opened.Add(lease);
        }

        if (_open.Count == opened.Count)
        {
            _nextBeat = now + _beat;
        }

        return opened;
    }

    /// <summary>Invalid messages go to the dead-letter queue, all others back to their queue.</summary>
    private void Fault(SqsMessageLease lease, Exception exception, TimeSpan now)
    {
        if (FaultVerdict.Of(exception).DeadLetterReason is { } reason)
        {
            Apply(lease, lease.Lease.Rejected(now), now, reason);
            return;
        }

        var delay = _stopping.IsCancellationRequested ? TimeSpan.Zero : _backoff.ReturnAfter(lease.ReceiveCount);
        if (lease.Lease.Returned(delay, now) is var action && action != LeaseAction.None)
        {
            Log.Returned(_logger, lease.Message.MessageId, exception.GetType().Name, lease.ReceiveCount, delay.TotalSeconds);
        }

        Apply(lease, action, now);
    }

    private void Answer(AnsweredCall call, TimeSpan now)
    {
        _callsUnderWay--;
        Report(call);
        for (var i = 0; i < call.Entries.Count; i++)
        {
            var (entry, answer) = (call.Entries[i], call.Answers[i]);
            var lease = entry.Lease.Lease;
            var action = call.Kind switch
            {
                LeaseCallKind.Renewal => lease.RenewalAnswered(entry.ReceiptHandle, answer, now),
                LeaseCallKind.Settlement => lease.SettlementAnswered(entry.ReceiptHandle, answer, RetryDelay(lease, answer), now),
                _ => DeadLetterAnswered(entry, answer, call.Problem, now),
            };
            Apply(entry.Lease, action, now);
        }
    }

    private TimeSpan RetryDelay(Lease lease, EntryAnswer answer) => answer == EntryAnswer.RefusedForNow
        ? _backoff.After(lease.Refusals + 1, Backoff.LongestRetry)
        : TimeSpan.Zero;

    private LeaseAction DeadLetterAnswered(LeaseEntry entry, EntryAnswer answer, string? problem, TimeSpan now)
    {
        var (lease, reason) = (entry.Lease, entry.DeadLetter!.Reason);
        if (answer == EntryAnswer.Accepted)
        {
            Log.DeadLettered(_logger, lease.Message.MessageId, _deadLetters.Name, reason);
            _metrics.DeadLettered();
            return lease.Lease.DeadLetterAnswered(accepted: true, TimeSpan.Zero, now);
        }

        Log.DeadLetterRefused(_logger, lease.Message.MessageId, _deadLetters.Name, problem!, reason);
        return lease.Lease.DeadLetterAnswered(accepted: false, _backoff.ReturnAfter(lease.ReceiveCount), now);
    }

    private void Report(AnsweredCall call)
    {
        var refused = call.Answers.Count(answer => answer != EntryAnswer.Accepted);
        if (call.Kind == LeaseCallKind.Renewal && refused > 0)
        {
            Log.RenewalFailed(_logger, refused, call.Problem!);
        }
        else if (call.Kind == LeaseCallKind.Settlement && refused == call.Answers.Count && !_settlementsRefused)
        {
            _settlementsRefused = true;
            Log.SettlementsRefused(_logger, call.Problem!);
        }
        else if (call.Kind == LeaseCallKind.Settlement && refused == 0 && _settlementsRefused)
        {
            _settlementsRefused = false;
            Log.SettlementsAccepted(_logger);
        }
    }

    /// <summary>Takes the action that a lease asks for.</summary>
    private void Apply(SqsMessageLease lease, LeaseAction action, TimeSpan now, string? reason = null)
    {
        var machine = lease.Lease;
        switch (action)
        {
            case LeaseAction.Renew:
                _renewals.Add(new LeaseEntry(lease, machine.NewestHandle, machine.RenewalTime), now);
                break;
            case LeaseAction.SendDeadLetter:
                var letter = _deadLetters.Create(lease.Message, lease.BodyBytes, reason!);
                _letters.Add(new LeaseEntry(lease, machine.NewestHandle, DeadLetter: letter), now);
                break;
            case LeaseAction.Settle:
                Settle(lease, now);
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

    private void Settle(SqsMessageLease lease, TimeSpan now)
    {
        var settlement = lease.Lease.Settlement;
        if (!settlement.Deletes && lease.Lease.Refusals == 0)
        {
            _metrics.Returned();
        }

        var batch = settlement.Deletes ? _deletes : _returns;
        foreach (var handle in lease.Lease.Outgoing)
        {
            batch.Add(new LeaseEntry(lease, handle, settlement.ReturnDelay), now);
        }
    }

    private void Close(SqsMessageLease lease)
    {
        if (lease.Lease.WasLost)
        {
            Log.LeaseLost(_logger, lease.Message.MessageId, lease.Lease.Settlement.Deletes ? "deleted" : "returned");
        }

        _open.Remove(lease.Message.MessageId);
        _window.Release(1, lease.BodyBytes);
    }

    private void DoWhatIsDue(TimeSpan now)
    {
        while (_retries.TryPeek(out var lease, out var due) && due <= now)
        {
            _retries.Dequeue();
            Apply(lease, lease.Lease.Tick(now, _stopping.IsCancellationRequested), now);
        }

        if (now >= _nextBeat)
        {
            _nextBeat = now + _beat;
            ForAllOpen(lease => lease.Tick(now, _stopping.IsCancellationRequested), now);
        }

        foreach (var batch in _batches)
        {
            batch.SendIfDue(now);
        }
    }

    private void ForAllOpen(Func<Lease, LeaseAction> tell, TimeSpan now)
    {
        foreach (var lease in _open.Values.ToList())
        {
            Apply(lease, tell(lease.Lease), now);
        }
    }

    private void SetTimer(TimeSpan now)
    {
        var wakeAt = _open.Count > 0 ? _nextBeat : TimeSpan.MaxValue;
        foreach (var batch in _batches)
        {
            wakeAt = batch.DueAt < wakeAt ? batch.DueAt : wakeAt;
        }

        if (_retries.TryPeek(out _, out var retry) && retry < wakeAt)
        {
            wakeAt = retry;
        }

        if (wakeAt < _wakeAt)
        {
            _wakeAt = wakeAt;
            _timer!.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((wakeAt - now).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        }
    }

    private void Send(Func<Task<AnsweredCall>> call)
    {
        _callsUnderWay++;

        // On another thread: making and signing a call would hold up the loop.
        _ = Task.Run(async () => _events.Writer.TryWrite(new LeaseEvent(LeaseEventKind.Answered, Data: await call())));
    }
}
