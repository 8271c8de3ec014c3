namespace FetchEtl.Sqs.Tests;

/// <summary>
/// Checks the rules for one lease. It sees the lease's actions and what SQS and the consumer did, never the machine's
/// state.
/// </summary>
internal sealed class LeaseJudge(HistoryPlan plan, SimulatedSqs sqs)
{
    /// <summary>
    /// A lease closes within this time after its verdict and the end of all faults. The longest case is a renewal, a
    /// dead letter, a call that hangs for 30 s and its retry 30 s later, with their latencies.
    /// </summary>
    private static readonly TimeSpan ClosesWithin = TimeSpan.FromSeconds(140);

    private readonly Dictionary<string, Delivery> _deliveries = [];
    private Verdict _verdict;
    private TimeSpan _returnDelay;
    private TimeSpan _closingSince;
    private bool _letterSent;
    private bool _letterTaken;
    private bool? _letterAccepted;
    private bool _renewing;
    private TimeSpan _renewalEnd;
    private TimeSpan _confirmedUntil;
    private TimeSpan _lastAnswer;
    private bool _knownLost;
    private bool _deleteRefused;
    private SimulatedSqs.Receipt? _affected;
    private SimulatedSqs.Receipt? _settled;
    private bool _stopping;
    private bool _gaveUp;

    public bool IsClosed { get; private set; }

    private Delivery Newest => _deliveries.Values.MaxBy(x => x.Receipt.Count)!;

    /// <summary>True while the message is handled or its dead letter is being sent.</summary>
    private bool IsHeld => !IsClosed && !_gaveUp && (_verdict == Verdict.None || IsDeadLettering);

    private bool IsSettling => _deliveries.Values.Any(x => x.IsUnderWay);

    private bool IsDeadLettering => _letterSent && _letterAccepted is null;

    public void Arrived(SimulatedSqs.Receipt receipt, TimeSpan now)
    {
        _deliveries.Add(receipt.Handle, new Delivery(receipt, now));
        if (receipt == Newest.Receipt)
        {
            (_knownLost, _confirmedUntil) = (false, now + plan.VisibilityTimeout);
        }

        _closingSince = now;
    }

    /// <summary>The consumer reported. Only the first verdict counts, and none after the endpoint gave up.</summary>
    public void Reported(Verdict verdict, TimeSpan returnDelay, TimeSpan now)
    {
        if (_verdict == Verdict.None && !_gaveUp)
        {
            (_verdict, _returnDelay, _closingSince) = (verdict, returnDelay, now);
        }
    }

    public void Stopping() => _stopping = true;

    public void GaveUp(TimeSpan now) => (_gaveUp, _closingSince) = (true, now);

    /// <summary>The step that the lease returned when the endpoint gave up.</summary>
    public void AnsweredGivingUp(LeaseStep step) => Check(
        step is LeaseStep.Settle or LeaseStep.Close || _renewing || IsDeadLettering || IsSettling,
        "A lease made no last call although the endpoint gave up");

    /// <summary>The lease returned a step.</summary>
    public void Stepped(LeaseStep step, ILeaseMachine machine, TimeSpan now)
    {
        Check(!IsClosed, $"After it was closed, a lease asked for {step}");
        switch (step)
        {
            case LeaseStep.Renew:
                Renew(machine, now);
                break;
            case LeaseStep.SendDeadLetter:
                CheckOwned("a dead letter", now);
                Check(_verdict == Verdict.Rejected, "A dead letter was sent without a rejection");
                Check(!_letterSent, "A dead letter was sent twice");
                _letterSent = true;
                break;
            case LeaseStep.Settle:
                Settle(machine, now);
                break;
            case LeaseStep.Close:
                Close(machine, now);
                break;
        }
    }

    public void LetterTookEffect() => _letterTaken = true;

    public void LetterAnswered(bool accepted, TimeSpan returnDelay, TimeSpan now) =>
        (_letterAccepted, _returnDelay, _closingSince) = (accepted, returnDelay, now);

    public void RenewalTookEffect(string handle, TimeSpan time, SqsReply reply, TimeSpan now)
    {
        var receipt = sqs.Find(handle);
        Check(
            plan.StallsAt is not null || receipt != sqs.Newest || !SimulatedSqs.PassesCap(receipt, time, now),
            "A renewal asked for more than the twelve hours that SQS allows");
        Check(reply != SqsReply.Accepted || receipt != _settled, "A renewal took effect after a settlement");
    }

    public void RenewalAnswered(string handle, SqsReply reply)
    {
        _renewing = false;
        if (handle == Newest.Receipt.Handle)
        {
            _knownLost |= reply == SqsReply.RefusedForGood;
            _confirmedUntil = reply == SqsReply.Accepted ? _renewalEnd : _confirmedUntil;
        }
    }

    /// <summary>Our settlement took effect at SQS.</summary>
    public void SettlementTookEffect(string handle, bool replyIsLost)
    {
        if (handle == sqs.Newest!.Handle)
        {
            _affected = sqs.Newest;
            _settled = replyIsLost ? _settled : sqs.Newest;
        }
    }

    public void SettlementAnswered(string handle, SqsReply reply, TimeSpan now)
    {
        var delivery = _deliveries[handle];
        _lastAnswer = now;
        delivery.IsUnderWay = false;
        delivery.IsSettled = reply != SqsReply.RefusedForNow;
        delivery.IsAccepted = reply == SqsReply.Accepted;
        if (reply == SqsReply.RefusedForNow)
        {
            delivery.Refusals++;
            delivery.RefusedAt = now;
        }

        _deleteRefused |= reply == SqsReply.RefusedForGood;
    }

    /// <summary>
    /// The message is visible to other workers. Where SQS accepts renewals, no lease may end like this.
    /// </summary>
    public void BecameVisible(TimeSpan now)
    {
        var isOurs = _deliveries.ContainsKey(sqs.Newest!.Handle) && !_knownLost;
        if (plan.RenewalsWork && isOurs && (IsHeld || WaitsForRetry(now)))
        {
            Check(
                now - sqs.Newest.ReceivedAt >= TimeSpan.FromHours(12) - TimeSpan.FromSeconds(12),
                "A lease was lost although SQS accepts renewals");
        }
    }

    /// <summary>True where a settlement waits for its retry so long that the lease could be renewed.</summary>
    private bool WaitsForRetry(TimeSpan now) =>
        !IsClosed && !IsHeld && !_stopping && !_gaveUp && Newest.Receipt != _affected
        && !IsSettling && now - _lastAnswer > plan.VisibilityTimeout / 3;

    /// <summary>Checks that a lease with a verdict closes in time. Holds at any time.</summary>
    public void CheckClosesInTime(TimeSpan now)
    {
        var since = new[] { _closingSince, plan.FaultsEnd, plan.StallEnds ?? TimeSpan.Zero }.Max();
        Check(
            IsClosed || IsHeld || now <= since + ClosesWithin,
            "A lease stays open although faults and handling have ended");
    }

    public void CheckEnded() => Check(IsClosed, "A lease is open at the end of its history");

    private void Renew(ILeaseMachine machine, TimeSpan now)
    {
        CheckOwned("a renewal", now);
        Check(!_gaveUp, "A lease was renewed after the endpoint gave up");
        Check(!_renewing && !IsSettling, "A renewal was sent beside another call");
        Check(!_stopping || IsHeld, "A settlement renewed its lease while the endpoint stopped");
        Check(
            machine.RenewalTime >= TimeSpan.FromSeconds(1) && machine.RenewalTime.Ticks % TimeSpan.TicksPerSecond == 0,
            $"A renewal asked for {machine.RenewalTime}");
        Check(machine.NewestHandle == Newest.Receipt.Handle, "A renewal does not name the newest delivery");
        Check(
            !plan.RenewalsWork || Newest.Receipt == _affected
            || Newest.Receipt.End - now <= (plan.VisibilityTimeout / 2) + plan.Latency,
            "A lease was renewed before half of it had passed");
        (_renewing, _renewalEnd) = (true, now + machine.RenewalTime);
    }

    private void Settle(ILeaseMachine machine, TimeSpan now)
    {
        CheckOwned("a settlement", now);
        CheckVerdict(machine.ReturnDelay);
        Check(!_renewing, "A settlement was sent while a renewal was under way");
        foreach (var handle in machine.Outgoing)
        {
            var delivery = _deliveries[handle];
            Check(!delivery.IsUnderWay && !delivery.IsSettled, $"{handle} was settled twice");
            Check(
                _gaveUp || delivery.Refusals == 0 || now >= delivery.RefusedAt + ShortestDelay(delivery.Refusals),
                $"{handle} was settled again {now - delivery.RefusedAt} after refusal {delivery.Refusals}");
            Check(!_gaveUp || ++delivery.AttemptsAfterGiveUp == 1, $"{handle} was settled twice after giving up");
            delivery.IsUnderWay = true;
            (delivery.WasAttempted, delivery.AttemptedAt) = (true, now);
        }
    }

    /// <summary>The shortest delay of a retry: 0.5 s after the first refusal, doubling to 15 s.</summary>
    private static TimeSpan ShortestDelay(int refusals) =>
        TimeSpan.FromSeconds(Math.Min(15, Math.Pow(2, refusals - 2)));

    /// <summary>Checks that the settlement follows from the first verdict.</summary>
    private void CheckVerdict(TimeSpan? returnDelay)
    {
        var follows = _verdict switch
        {
            Verdict.None => _gaveUp && returnDelay == TimeSpan.Zero,
            Verdict.Completed => returnDelay is null,
            Verdict.Returned => returnDelay == _returnDelay,
            _ when !_letterSent => returnDelay == TimeSpan.Zero,
            _ when _letterAccepted is true => returnDelay is null && _letterTaken,
            _ => _letterAccepted is false && returnDelay == _returnDelay,
        };
        var settlement = returnDelay is { } delay ? $"returned after {delay}" : "deleted";
        Check(follows, $"The verdict was {_verdict}, but the message was {settlement}");
    }

    private void CheckOwned(string asked, TimeSpan now)
    {
        Check(!_knownLost, $"SQS had reported the lease as lost, and it still asked for {asked}");

        // The loop counts from the reply, so it can be late by the latency of the reply.
        Check(
            Newest.Receipt == _affected || now < Newest.Receipt.End + (Newest.ArrivedAt - Newest.Receipt.ReceivedAt),
            $"The lease was lost, and it still asked for {asked}");
    }

    private void Close(ILeaseMachine machine, TimeSpan now)
    {
        CheckClosesInTime(now);
        IsClosed = true;
        Check(_verdict != Verdict.None || _gaveUp, "A lease was closed before the verdict");
        Check(!_renewing && !Newest.IsUnderWay, "A lease was closed while a call was under way");
        Check(
            machine.WasDeleted == (machine.ReturnDelay is null && Newest.IsAccepted),
            "A lease counts as deleted where SQS did not confirm that, or the reverse");
        Check(
            !machine.WasDeleted || sqs.IsDeleted || !_deliveries.ContainsKey(sqs.Newest!.Handle),
            "A lease counts as deleted although SQS has the message");
        if (machine.WasLost)
        {
            Check(_knownLost || _deleteRefused || now >= _confirmedUntil, "A lease counts as lost although it was not");
            return;
        }

        Check(_gaveUp || Newest.IsSettled, "The newest delivery, whose handle SQS honours, was never settled");
        Check(
            _deliveries.Values.All(x => x.WasAttempted || x.ArrivedAt > Newest.AttemptedAt),
            "A delivery was never settled although it came before the last settlement");
        Check(
            _verdict != Verdict.Completed || _gaveUp || _deleteRefused || sqs.IsDeleted
            || !_deliveries.ContainsKey(sqs.Newest!.Handle),
            "A lease was closed although its consumed message was not deleted");
    }

    private static void Check(bool holds, string rule)
    {
        if (!holds)
        {
            throw new LeaseRuleException(rule);
        }
    }

    private sealed class Delivery(SimulatedSqs.Receipt receipt, TimeSpan arrivedAt)
    {
        public SimulatedSqs.Receipt Receipt => receipt;

        public TimeSpan ArrivedAt => arrivedAt;

        public bool IsUnderWay { get; set; }

        public bool IsSettled { get; set; }

        public bool IsAccepted { get; set; }

        public bool WasAttempted { get; set; }

        public TimeSpan AttemptedAt { get; set; }

        public int AttemptsAfterGiveUp { get; set; }

        public int Refusals { get; set; }

        public TimeSpan RefusedAt { get; set; }
    }
}

/// <summary>A lease broke a rule.</summary>
internal sealed class LeaseRuleException(string rule) : Exception(rule);
