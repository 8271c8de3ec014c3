namespace FetchEtl.Sqs;

/// <summary>
/// The lease on one message: a state machine that maps an event to the action that its loop must take. It is pure: it
/// makes no calls, reads no clock, and one thread at a time uses it. <c>now</c> is always the loop's clock.
/// </summary>
/// <remarks>
/// Rules. A lost lease asks SQS for nothing. The first verdict on a message counts. Another delivery of the message
/// joins the lease, and every delivery is settled. A renewal and a settlement are never under way together, since a
/// renewal that overtook a settlement would hide the message again. A settlement that SQS refuses for now is sent
/// again after a delay, and the lease is renewed meanwhile.
/// </remarks>
/// <param name="receiptHandle">The handle of the first delivery.</param>
/// <param name="receiveCount">How many times SQS had delivered the message by then.</param>
/// <param name="visibilityTimeout">How long SQS hides the message after a receive or a renewal: whole seconds.</param>
/// <param name="now">When the reply came.</param>
internal sealed class Lease(string receiptHandle, int receiveCount, TimeSpan visibilityTimeout, TimeSpan now)
{
    /// <summary>
    /// SQS hides a message for 12 hours at most, counted from its receipt, and refuses a renewal beyond that:
    /// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html.
    /// SQS counts from before its reply arrived, and up to when the renewal arrives: hence the 10 seconds.
    /// </summary>
    public static readonly TimeSpan Longest = SqsLimits.VisibilityTimeout - TimeSpan.FromSeconds(10);

    private string[] _unsettled = [receiptHandle];
    private int _receiveCount = receiveCount;
    private TimeSpan _receivedAt = now;
    private TimeSpan _heldUntil = now + visibilityTimeout;
    private TimeSpan _renewedUntil;
    private int _underWay;
    private bool _renewing;
    private bool _deadLettering;
    private bool _finalAttempt;

    public LeaseState State { get; private set; }

    /// <summary>True until the first verdict on the message.</summary>
    public bool IsUndecided => State == LeaseState.Held && !_deadLettering;

    /// <summary>True from the verdict until SQS has deleted the message, or the lease was lost.</summary>
    public bool IsToBeDeleted => State == LeaseState.Settling && Settlement.Deletes;

    /// <summary>The handle that SQS honours for renewals: that of the latest delivery.</summary>
    public string NewestHandle { get; private set; } = receiptHandle;

    /// <summary>What SQS is asked for once the state is <see cref="LeaseState.Settling"/>.</summary>
    public Settlement Settlement { get; private set; }

    /// <summary>The handles to settle, after <see cref="LeaseAction.Settle"/>.</summary>
    public IReadOnlyList<string> Outgoing { get; private set; } = [];

    /// <summary>How often SQS refused to settle a delivery for now.</summary>
    public int Refusals { get; private set; }

    /// <summary>When a refused settlement is due again, after <see cref="LeaseAction.Wait"/>.</summary>
    public TimeSpan RetryAt { get; private set; }

    /// <summary>For how long to hide the message, after <see cref="LeaseAction.Renew"/>.</summary>
    public TimeSpan RenewalTime { get; private set; }

    /// <summary>
    /// True when the lease was lost before SQS settled it: the message comes again, perhaps to another worker.
    /// </summary>
    public bool WasLost { get; private set; }

    /// <summary>
    /// True when SQS confirmed the delete. False where a delete may have taken effect without a reply: what belongs to
    /// the message may still be needed.
    /// </summary>
    public bool WasDeleted { get; private set; }

    /// <summary>True where the message can never be consumed: a delete comes after its dead letter.</summary>
    public bool WasRejected => _deadLettering;

    /// <summary>SQS delivered the message again. The delivery joins the lease and is settled with it.</summary>
    public LeaseAction DeliveredAgain(string receiptHandle, int receiveCount, TimeSpan now)
    {
        _unsettled = [.. _unsettled, receiptHandle];

        // Replies of two receives can overtake each other, and SQS renews by the handle of the later receive only.
        if (receiveCount >= _receiveCount)
        {
            _receiveCount = receiveCount;
            _receivedAt = now;
            _heldUntil = now + visibilityTimeout;
            NewestHandle = receiptHandle;
        }

        return ContinueSettling(now);
    }

    /// <summary>The consumers handled the message.</summary>
    public LeaseAction Completed(TimeSpan now) => IsUndecided ? Decide(Settlement.Delete, now) : LeaseAction.None;

    /// <summary>The message goes back to its queue, and is visible after <paramref name="delay"/>.</summary>
    public LeaseAction Returned(TimeSpan delay, TimeSpan now) =>
        IsUndecided ? Decide(new Settlement(delay), now) : LeaseAction.None;

    /// <summary>The message can never be consumed.</summary>
    public LeaseAction Rejected(TimeSpan now)
    {
        if (!IsUndecided)
        {
            return LeaseAction.None;
        }

        if (IsLost(now))
        {
            return Decide(Settlement.Release, now);
        }

        _deadLettering = true;
        return LeaseAction.SendDeadLetter;
    }

    /// <summary>
    /// The dead-letter queue accepted the message, or did not. In that case the message is returned after
    /// <paramref name="delay"/>.
    /// </summary>
    public LeaseAction DeadLetterAnswered(bool accepted, TimeSpan delay, TimeSpan now) =>
        Decide(accepted ? Settlement.Delete : new Settlement(delay), now);

    /// <summary>Time has passed: a renewal or a refused settlement may be due.</summary>
    /// <param name="now">By the loop's clock.</param>
    /// <param name="stopping">While the endpoint stops, a refused settlement does not keep the lease alive.</param>
    public LeaseAction Tick(TimeSpan now, bool stopping)
    {
        if (ContinueSettling(now) is var action && action != LeaseAction.None)
        {
            return action;
        }

        var isNeeded = !_finalAttempt && (State == LeaseState.Held || (State == LeaseState.Settling && !stopping));
        if (!isNeeded || _renewing || _underWay > 0 || IsLost(now) || _heldUntil - now > visibilityTimeout / 2)
        {
            return LeaseAction.None;
        }

        var left = TimeSpan.FromSeconds(Math.Floor((_receivedAt + Longest - now).TotalSeconds));
        RenewalTime = Durations.Min(left, visibilityTimeout);
        if (now + RenewalTime <= _heldUntil)
        {
            return LeaseAction.None;
        }

        _renewing = true;
        _renewedUntil = now + RenewalTime;
        return LeaseAction.Renew;
    }

    /// <summary>SQS answered a renewal. An answer about an older delivery says nothing about the newest.</summary>
    public LeaseAction RenewalAnswered(string receiptHandle, EntryAnswer answer, TimeSpan now)
    {
        _renewing = false;
        if (receiptHandle == NewestHandle && answer != EntryAnswer.RefusedForNow)
        {
            _heldUntil = answer == EntryAnswer.Accepted ? _renewedUntil : now;
        }

        return ContinueSettling(now);
    }

    /// <summary>SQS answered the settlement of one delivery.</summary>
    /// <param name="receiptHandle">The delivery.</param>
    /// <param name="answer">A refusal for now is tried again while the lease lasts.</param>
    /// <param name="retryDelay">How long to wait before that.</param>
    /// <param name="now">By the loop's clock.</param>
    public LeaseAction SettlementAnswered(string receiptHandle, EntryAnswer answer, TimeSpan retryDelay, TimeSpan now)
    {
        if (State == LeaseState.Closed)
        {
            return LeaseAction.None;
        }

        _underWay--;
        if (answer == EntryAnswer.RefusedForNow && !_finalAttempt)
        {
            _unsettled = [.. _unsettled, receiptHandle];
            Refusals++;
            RetryAt = now + retryDelay;
            return ContinueSettling(now) is var action && action == LeaseAction.None ? LeaseAction.Wait : action;
        }

        // SQS honours the newest handle. Its message may be back before the older ones are answered.
        WasDeleted = Settlement.Deletes && receiptHandle == NewestHandle && answer == EntryAnswer.Accepted;
        return receiptHandle == NewestHandle && answer != EntryAnswer.RefusedForNow
            ? Close(wasLost: Settlement.Deletes && answer == EntryAnswer.RefusedForGood)
            : ContinueSettling(now);
    }

    /// <summary>
    /// The loop cannot send the settlement of a delivery now. It waits for <see cref="Resumed"/>, and the lease is
    /// renewed meanwhile.
    /// </summary>
    public void Postponed(string receiptHandle)
    {
        _underWay--;
        _unsettled = [.. _unsettled, receiptHandle];
        RetryAt = TimeSpan.MaxValue;
    }

    /// <summary>A postponed settlement may be sent.</summary>
    public LeaseAction Resumed(TimeSpan now)
    {
        RetryAt = RetryAt == TimeSpan.MaxValue ? now : RetryAt;
        return ContinueSettling(now);
    }

    /// <summary>
    /// The time for stopping is over: a message without a verdict is released, and each settlement gets one last
    /// call. A dead letter under way is waited for, since a release would double it.
    /// </summary>
    public LeaseAction GiveUp(TimeSpan now)
    {
        _finalAttempt = true;
        RetryAt = now;
        return IsUndecided ? Decide(Settlement.Release, now) : ContinueSettling(now);
    }

    private bool IsLost(TimeSpan now) => now >= _heldUntil;

    private LeaseAction Decide(Settlement settlement, TimeSpan now)
    {
        Settlement = settlement;
        State = LeaseState.Settling;
        return ContinueSettling(now);
    }

    private LeaseAction ContinueSettling(TimeSpan now)
    {
        if (State != LeaseState.Settling || _renewing)
        {
            return LeaseAction.None;
        }

        if (_unsettled.Length == 0 || IsLost(now))
        {
            return _underWay > 0 ? LeaseAction.None : Close(wasLost: _unsettled.Length > 0);
        }

        if (now < RetryAt)
        {
            return LeaseAction.None;
        }

        Outgoing = _unsettled;
        _underWay += _unsettled.Length;
        _unsettled = [];
        return LeaseAction.Settle;
    }

    private LeaseAction Close(bool wasLost)
    {
        WasLost = wasLost;
        State = LeaseState.Closed;
        return LeaseAction.Close;
    }
}
