namespace FetchEtl.Sqs;

/// <summary>
/// The lease on one message: a state machine that maps an event to the action which its loop must take. It is pure: it makes
/// no calls, reads no clock, and is used by one thread at a time.
/// </summary>
/// <remarks>
/// Rules. A lease that was lost asks SQS for nothing. The first verdict on a message counts. Another delivery of the message
/// joins the lease, and every delivery is settled. A renewal and a settlement are never under way together, since a renewal
/// that overtook a settlement would hide the message again. A settlement that SQS refuses for now is sent again after a
/// delay, and the lease is renewed meanwhile.
/// </remarks>
internal sealed class Lease
{
    /// <summary>
    /// SQS hides a message for 12 hours at most, counted from its receipt, and refuses a renewal beyond that:
    /// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html.
    /// The receipt is earlier than the reply that reports it, hence the 10 seconds.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12) - TimeSpan.FromSeconds(10);

    private readonly TimeSpan _visibilityTimeout;
    private string[] _unsettled;
    private TimeSpan _receivedAt;
    private TimeSpan _heldUntil;
    private TimeSpan _renewedUntil;
    private int _underWay;
    private bool _renewing;
    private bool _deadLettering;
    private bool _refusedRenewal;
    private bool _finalAttempt;

    /// <param name="receiptHandle">The handle of the first delivery.</param>
    /// <param name="visibilityTimeout">How long SQS hides the message after each receive and renewal.</param>
    /// <param name="now">When the reply came, by the loop's clock.</param>
    public Lease(string receiptHandle, TimeSpan visibilityTimeout, TimeSpan now)
    {
        _visibilityTimeout = visibilityTimeout;
        _unsettled = [receiptHandle];
        NewestHandle = receiptHandle;
        Hold(now);
    }

    public LeaseState State { get; private set; }

    /// <summary>The handle that SQS honours for renewals: that of the latest delivery.</summary>
    public string NewestHandle { get; private set; }

    /// <summary>What is asked of SQS once the state is <see cref="LeaseState.Settling"/>.</summary>
    public Settlement Settlement { get; private set; }

    /// <summary>The handles to settle, after <see cref="LeaseAction.Settle"/>.</summary>
    public IReadOnlyList<string> Outgoing { get; private set; } = [];

    /// <summary>How often SQS refused a settlement for now.</summary>
    public int Refusals { get; private set; }

    /// <summary>When a refused settlement is due again, after <see cref="LeaseAction.Wait"/>.</summary>
    public TimeSpan RetryAt { get; private set; }

    /// <summary>For how long to hide the message, after <see cref="LeaseAction.Renew"/>.</summary>
    public TimeSpan RenewalTime { get; private set; }

    /// <summary>True when the lease was closed because it had been lost: another worker may have the message.</summary>
    public bool WasLost { get; private set; }

    /// <summary>True when SQS said that the message is not ours any more, or when the lease ran out.</summary>
    public bool IsLost(TimeSpan now) => _refusedRenewal || now >= _heldUntil;

    /// <summary>SQS delivered the message again. The delivery joins the lease and is settled with it.</summary>
    public LeaseAction DeliveredAgain(string receiptHandle, TimeSpan now)
    {
        NewestHandle = receiptHandle;
        _unsettled = [receiptHandle, .. _unsettled];
        Hold(now);
        return State == LeaseState.Settling ? TrySettle(now) : LeaseAction.None;
    }

    /// <summary>The consumers handled the message.</summary>
    public LeaseAction Completed(TimeSpan now) => IsUndecided ? Decide(Settlement.Delete, now) : LeaseAction.None;

    /// <summary>The consumers failed, and the message may be handled later, after <paramref name="delay"/>.</summary>
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
            return Lose();
        }

        _deadLettering = true;
        return LeaseAction.SendDeadLetter;
    }

    /// <summary>The dead-letter queue accepted the message, or did not. Then the message is returned after <paramref name="delay"/>.</summary>
    public LeaseAction DeadLetterAnswered(bool accepted, TimeSpan delay, TimeSpan now)
    {
        if (State != LeaseState.Held)
        {
            return LeaseAction.None;
        }

        return Decide(accepted ? Settlement.Delete : new Settlement(delay), now);
    }

    /// <summary>Time has passed: a renewal or a refused settlement may be due.</summary>
    /// <param name="now">By the loop's clock.</param>
    /// <param name="stopping">While the endpoint stops, a refused settlement keeps no lease alive.</param>
    public LeaseAction Tick(TimeSpan now, bool stopping)
    {
        if (State == LeaseState.Settling && TrySettle(now) is var action && action != LeaseAction.None)
        {
            return action;
        }

        var isNeeded = State == LeaseState.Held || (State == LeaseState.Settling && _unsettled.Length > 0 && !stopping);
        if (!isNeeded || _renewing || _underWay > 0 || IsLost(now) || _heldUntil - now >= _visibilityTimeout / 2)
        {
            return LeaseAction.None;
        }

        var left = TimeSpan.FromSeconds(Math.Floor((_receivedAt + Longest - now).TotalSeconds));
        RenewalTime = left < _visibilityTimeout ? left : _visibilityTimeout;
        if (now + RenewalTime <= _heldUntil)
        {
            return LeaseAction.None;
        }

        _renewing = true;
        _renewedUntil = now + RenewalTime;
        return LeaseAction.Renew;
    }

    /// <summary>SQS answered a renewal. What it says of a delivery that is not the newest any more is ignored.</summary>
    public LeaseAction RenewalAnswered(string receiptHandle, EntryAnswer answer, TimeSpan now)
    {
        _renewing = false;
        if (receiptHandle == NewestHandle)
        {
            _heldUntil = answer == EntryAnswer.Accepted ? _renewedUntil : _heldUntil;
            _refusedRenewal |= answer == EntryAnswer.RefusedForGood;
        }

        return State == LeaseState.Settling ? TrySettle(now) : LeaseAction.None;
    }

    /// <summary>SQS answered the settlement of one delivery.</summary>
    /// <param name="receiptHandle">The delivery.</param>
    /// <param name="answer">A refusal for now is tried again while the lease lasts.</param>
    /// <param name="retryDelay">How long to wait before that.</param>
    /// <param name="now">By the loop's clock.</param>
    public LeaseAction SettlementAnswered(string receiptHandle, EntryAnswer answer, TimeSpan retryDelay, TimeSpan now)
    {
        _underWay--;
        if (answer != EntryAnswer.RefusedForNow || _finalAttempt)
        {
            return TrySettle(now);
        }

        _unsettled = [.. _unsettled, receiptHandle];
        Refusals++;
        RetryAt = now + retryDelay;
        return TrySettle(now) is var action && action == LeaseAction.None ? LeaseAction.Wait : action;
    }

    /// <summary>The time for stopping is over: what is not settled yet gets one last call.</summary>
    public LeaseAction GiveUp(TimeSpan now)
    {
        _finalAttempt = true;
        RetryAt = now;
        return State switch
        {
            LeaseState.Held => Decide(Settlement.Release, now),
            LeaseState.Settling => TrySettle(now),
            _ => LeaseAction.None,
        };
    }

    private bool IsUndecided => State == LeaseState.Held && !_deadLettering;

    private void Hold(TimeSpan now)
    {
        _receivedAt = now;
        _heldUntil = now + _visibilityTimeout;
        _refusedRenewal = false;
    }

    private LeaseAction Decide(Settlement settlement, TimeSpan now)
    {
        Settlement = settlement;
        State = LeaseState.Settling;
        return TrySettle(now);
    }

    private LeaseAction TrySettle(TimeSpan now)
    {
        if (_renewing || (_underWay > 0 && _unsettled.Length == 0))
        {
            return LeaseAction.None;
        }

        if (_unsettled.Length == 0)
        {
            State = LeaseState.Closed;
            return LeaseAction.Close;
        }

        if (IsLost(now))
        {
            return _underWay > 0 ? LeaseAction.None : Lose();
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

    private LeaseAction Lose()
    {
        State = LeaseState.Closed;
        WasLost = true;
        return LeaseAction.Close;
    }
}
