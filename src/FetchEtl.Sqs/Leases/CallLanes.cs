using System.Threading.Channels;

namespace FetchEtl.Sqs;

/// <summary>The calls of an endpoint's leases, with a lane for each kind.</summary>
internal sealed class CallLanes(
    LeaseCalls calls, TimeSpan visibilityTimeout, Backoff backoff, CallReports reports) : IDisposable
{
    /// <summary>How long a settlement waits for others, so that calls are full.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(100);

    // A lease is renewed at most three times before it ends, which bounds the renewals.
    private readonly CallLane _renewals = new(TimeSpan.Zero, backoff, isUnlimited: true);
    private readonly CallLane _returns = new(Linger, backoff);
    private readonly CallLane _deletes = new(Linger, backoff);
    private readonly CallLane _letters = new(Linger, backoff);
    private readonly CancellationTokenSource _renewing = new();
    private volatile TaskCompletionSource<DeleteOutage> _outage = NextOutage();

    public int CallsUnderWay { get; private set; }

    public TroubleLog Troubles => reports.Troubles;

    /// <summary>
    /// The time between two checks of the leases. A lease is renewed when half of it has passed, so a renewal that
    /// fails is tried twice more before the lease ends.
    /// </summary>
    public TimeSpan Beat { get; } = visibilityTimeout / 6;

    /// <summary>Completed while SQS refuses deletes. Any thread may read it.</summary>
    public Task<DeleteOutage> Outage => _outage.Task;

    /// <summary>Why the dead-letter queue refused the latest letters.</summary>
    public string LetterProblem => _letters.Problem;

    /// <summary>
    /// Whether returns wait: while the polls of an endpoint that stops end, one of them could receive what returns.
    /// </summary>
    public bool HoldsReturns { get; set; }

    /// <summary>When a call is due; <see cref="TimeSpan.MaxValue"/> while none is.</summary>
    public TimeSpan DueAt =>
        Durations.Min(HoldsReturns ? TimeSpan.MaxValue : _returns.DueAt, Durations.Min(_deletes.DueAt, _letters.DueAt));

    /// <summary>False while SQS refuses such calls as a whole.</summary>
    public bool TryAdd(LeaseEntry entry, TimeSpan now)
    {
        var lane = LaneOf(entry.Kind);
        var admits = lane.Admits(now);
        if (admits)
        {
            lane.Add(entry, now);
        }

        return admits;
    }

    /// <summary>Keeps the lease of a settlement that <see cref="TryAdd"/> did not take.</summary>
    public void Hold(LeaseEntry entry) => LaneOf(entry.Kind).Hold(entry.Lease);

    /// <summary>A held lease whose settlement may be sent now.</summary>
    public bool TryResume(TimeSpan now, out SqsMessageLease lease) =>
        _deletes.TryResume(now, out lease) || _returns.TryResume(now, out lease);

    /// <summary>Every entry gets one last call, without a limit, and renewals end at once.</summary>
    public void GiveUp()
    {
        _renewing.Cancel();
        _returns.GiveUp();
        _deletes.GiveUp();
        _letters.GiveUp();
    }

    /// <summary>Sends what is due. Each answer becomes an event.</summary>
    public void Send(ChannelWriter<LeaseEvent> events, TimeSpan now)
    {
        for (var kind = LeaseCallKind.Renewal; kind <= LeaseCallKind.DeadLetter; kind++)
        {
            while (!(HoldsReturns && kind == LeaseCallKind.Return) && LaneOf(kind).Take(now) is { } entries)
            {
                Start(kind, entries, events);
            }
        }
    }

    /// <summary>
    /// Begins or ends the outage. With nothing left to delete it ends: only a new message can show that SQS deletes
    /// again.
    /// </summary>
    /// <param name="open">The open leases.</param>
    public void UpdateOutage(IReadOnlyCollection<SqsMessageLease> open)
    {
        var isOutage = _deletes.IsRefused && open.Any(x => x.Lease.IsToBeDeleted);
        var latest = _outage;
        if (isOutage == latest.Task.IsCompleted)
        {
            return;
        }

        if (isOutage)
        {
            latest.SetResult(new DeleteOutage(_deletes.Problem));
        }
        else
        {
            _outage = NextOutage();
            latest.Task.Result.SetResult();
        }
    }

    /// <summary>Records how SQS answered a call.</summary>
    /// <returns>The entries of its lane that cannot be sent now, after a refusal.</returns>
    public IReadOnlyList<LeaseEntry> Answered(AnsweredCall call, TimeSpan now)
    {
        CallsUnderWay--;
        var lane = LaneOf(call.Kind);
        lane.Problem = call.IsRefused ? call.Problem! : lane.Problem;
        lane.Answered(call.IsRefused, now);
        reports.Answered(call, lane.IsRefused);
        return lane.TakeBack();
    }

    public void Dispose() => _renewing.Dispose();

    private static TaskCompletionSource<DeleteOutage> NextOutage() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CallLane LaneOf(LeaseCallKind kind) => kind switch
    {
        LeaseCallKind.Renewal => _renewals,
        LeaseCallKind.Return => _returns,
        LeaseCallKind.Delete => _deletes,
        _ => _letters,
    };

    private void Start(LeaseCallKind kind, List<LeaseEntry> entries, ChannelWriter<LeaseEvent> events)
    {
        CallsUnderWay++;

        // A renewal that hangs must end before the next one is due.
        var (limit, cancelled) = kind == LeaseCallKind.Renewal
            ? (Beat * 0.9, _renewing.Token)
            : (TimeSpan.MaxValue, CancellationToken.None);

        // As a task of its own: to serialize and to sign a call would hold up the loop.
        _ = Task.Factory.StartNew(
            async () => events.TryWrite(new LeaseEvent(
                LeaseEventKind.Answered, Data: await calls.CallAsync(kind, entries, limit, cancelled))),
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Current);
    }
}

/// <summary>
/// SQS refuses deletes. Its task completes when SQS accepts one again, or when no message is left to delete.
/// </summary>
/// <param name="reason">Why, for logs.</param>
internal sealed class DeleteOutage(string reason)
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public string Reason => reason;
}
