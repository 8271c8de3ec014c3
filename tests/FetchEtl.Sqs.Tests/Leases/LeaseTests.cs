namespace FetchEtl.Sqs.Tests;

/// <summary>The rules of the lease's state machine, one test per rule.</summary>
public sealed partial class LeaseTests
{
    private static readonly TimeSpan Visibility = TimeSpan.FromSeconds(30);

    /// <summary>Received at 0 with the handle <c>h1</c>.</summary>
    private readonly Lease _lease = new("h1", receiveCount: 1, Visibility, TimeSpan.Zero);

    public enum Verdict
    {
        Completed,
        Returned,
        Rejected,
    }

    [Theory]
    [InlineData(Verdict.Completed, null)]
    [InlineData(Verdict.Returned, 7)]
    public void A_verdict_is_settled_and_an_accepted_settlement_closes_the_lease(Verdict verdict, int? returnSeconds)
    {
        Assert.Equal(LeaseAction.Settle, Report(verdict, At(1)));
        Assert.Equal(["h1"], _lease.Outgoing);
        Assert.Equal(returnSeconds, _lease.Settlement.ReturnDelay?.TotalSeconds);

        Assert.Equal(LeaseAction.Close, Settled("h1", EntryAnswer.Accepted, At(2)));
        Assert.False(_lease.WasLost);
    }

    [Fact]
    public void A_second_delivery_joins_the_lease_and_is_settled_with_the_first()
    {
        Assert.Equal(LeaseAction.None, _lease.DeliveredAgain("h2", 2, At(1)));

        Assert.Equal(LeaseAction.Settle, _lease.Completed(At(2)));
        Assert.Equal(["h1", "h2"], _lease.Outgoing);
        Assert.Equal(LeaseAction.None, Settled("h1", EntryAnswer.Accepted, At(3)));
        Assert.Equal(LeaseAction.Close, Settled("h2", EntryAnswer.Accepted, At(3)));
    }

    [Fact]
    public void A_delivery_that_arrives_while_its_message_is_being_deleted_is_deleted_too()
    {
        _lease.Completed(At(1));

        Assert.Equal(LeaseAction.Settle, _lease.DeliveredAgain("h2", 2, At(2)));
        Assert.Equal(["h2"], _lease.Outgoing);
        Assert.True(_lease.Settlement.Deletes);
        Assert.Equal(LeaseAction.None, Settled("h1", EntryAnswer.Accepted, At(3)));
        Assert.Equal(LeaseAction.Close, Settled("h2", EntryAnswer.Accepted, At(3)));
    }

    /// <summary>
    /// A returned message is soon delivered again. It must be handled then, not returned with the earlier lease.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_lease_closes_when_its_newest_delivery_is_settled_even_if_older_ones_are_refused(bool accepted)
    {
        _lease.DeliveredAgain("h2", 2, At(1));
        _lease.Returned(TimeSpan.FromSeconds(1), At(2));

        Assert.Equal(LeaseAction.Close, Settled("h2", EntryAnswer.Accepted, At(3)));
        var answer = accepted ? EntryAnswer.Accepted : EntryAnswer.RefusedForNow;
        Assert.Equal(LeaseAction.None, Settled("h1", answer, At(4)));
        Assert.Equal(LeaseAction.None, _lease.Tick(At(29), stopping: false));
    }

    /// <summary>A renewal with the newest handle would hide the message that this handle has just returned.</summary>
    [Fact]
    public void A_refused_older_delivery_does_not_keep_a_returned_message_hidden()
    {
        _lease.DeliveredAgain("h2", 2, At(1));
        _lease.Returned(TimeSpan.FromSeconds(1), At(2));

        Assert.Equal(LeaseAction.Wait, Settled("h1", EntryAnswer.RefusedForNow, At(3)));
        Assert.Equal(LeaseAction.Close, Settled("h2", EntryAnswer.Accepted, At(3)));
        Assert.Equal(LeaseAction.None, _lease.Tick(At(20), stopping: false));
    }

    /// <summary>Receives run concurrently, so the reply of the earlier one can arrive last.</summary>
    [Fact]
    public void A_late_reply_of_an_earlier_receive_is_settled_but_not_used_for_renewals()
    {
        var lease = new Lease("h2", receiveCount: 2, Visibility, TimeSpan.Zero);
        lease.DeliveredAgain("h1", 1, At(14));

        Assert.Equal(LeaseAction.Renew, lease.Tick(At(16), stopping: false));
        Assert.Equal("h2", lease.NewestHandle);
        lease.RenewalAnswered("h2", EntryAnswer.Accepted, At(17));
        Assert.Equal(LeaseAction.Settle, lease.Completed(At(18)));
        Assert.Equal(["h2", "h1"], lease.Outgoing);
    }

    [Fact]
    public void Where_SQS_does_not_count_receives_the_later_reply_is_the_newest_delivery()
    {
        _lease.DeliveredAgain("h2", 1, At(1));

        Assert.Equal("h2", _lease.NewestHandle);
    }

    [Theory]
    [InlineData(Verdict.Completed)]
    [InlineData(Verdict.Returned)]
    [InlineData(Verdict.Rejected)]
    public void An_expired_lease_sends_nothing_to_SQS(Verdict verdict)
    {
        Assert.Equal(LeaseAction.None, _lease.Tick(At(30), stopping: false));
        Assert.Equal(LeaseAction.Close, Report(verdict, At(30)));
        Assert.True(_lease.WasLost);
        Assert.Equal(LeaseAction.None, _lease.Tick(At(31), stopping: false));
        Assert.Equal(LeaseAction.None, _lease.GiveUp(At(31)));
    }

    [Theory]
    [InlineData(Verdict.Completed)]
    [InlineData(Verdict.Returned)]
    [InlineData(Verdict.Rejected)]
    public void A_lease_whose_renewal_is_refused_permanently_sends_nothing_to_SQS(Verdict verdict)
    {
        _lease.Tick(At(16), stopping: false);

        Assert.Equal(LeaseAction.None, _lease.RenewalAnswered("h1", EntryAnswer.RefusedForGood, At(17)));
        Assert.Equal(LeaseAction.None, _lease.Tick(At(18), stopping: false));
        Assert.Equal(LeaseAction.Close, Report(verdict, At(19)));
        Assert.True(_lease.WasLost);
    }

    [Fact]
    public void A_lost_lease_is_held_again_when_SQS_delivers_its_message_again()
    {
        _lease.DeliveredAgain("h2", 2, At(40));

        Assert.Equal(LeaseAction.Settle, _lease.Completed(At(41)));
        Assert.Equal(["h1", "h2"], _lease.Outgoing);
    }

    [Fact]
    public void A_renewal_refused_for_an_older_delivery_does_not_lose_the_newer_one()
    {
        _lease.Tick(At(16), stopping: false);
        _lease.DeliveredAgain("h2", 2, At(17));

        _lease.RenewalAnswered("h1", EntryAnswer.RefusedForGood, At(18));

        Assert.Equal(LeaseAction.Settle, _lease.Completed(At(19)));
        Assert.Equal(["h1", "h2"], _lease.Outgoing);
    }

    [Fact]
    public void A_renewal_accepted_for_an_older_delivery_does_not_extend_the_newer_one()
    {
        _lease.Tick(At(20), stopping: false);
        _lease.DeliveredAgain("h2", 2, At(21));

        _lease.RenewalAnswered("h1", EntryAnswer.Accepted, At(22));

        Assert.Equal(LeaseAction.None, _lease.Tick(At(35.5), stopping: false));
        Assert.Equal(LeaseAction.Renew, _lease.Tick(At(36), stopping: false));
    }

    [Fact]
    public void A_delete_refused_permanently_is_reported_as_a_lost_lease()
    {
        _lease.Completed(At(1));

        Assert.Equal(LeaseAction.Close, Settled("h1", EntryAnswer.RefusedForGood, At(2)));
        Assert.True(_lease.WasLost);
    }

    /// <summary>The first return took effect, but its reply was lost: the message is already visible.</summary>
    [Fact]
    public void A_return_refused_permanently_is_not_reported_as_a_lost_lease()
    {
        _lease.Returned(TimeSpan.Zero, At(1));

        Assert.Equal(LeaseAction.Close, Settled("h1", EntryAnswer.RefusedForGood, At(2)));
        Assert.False(_lease.WasLost);
    }

    [Theory]
    [InlineData(Verdict.Completed, Verdict.Returned)]
    [InlineData(Verdict.Completed, Verdict.Rejected)]
    [InlineData(Verdict.Returned, Verdict.Completed)]
    [InlineData(Verdict.Returned, Verdict.Rejected)]
    [InlineData(Verdict.Rejected, Verdict.Completed)]
    [InlineData(Verdict.Rejected, Verdict.Rejected)]
    public void Only_the_first_verdict_counts(Verdict first, Verdict later)
    {
        Report(first, At(1));
        var settlement = _lease.Settlement;

        Assert.False(_lease.IsUndecided);
        Assert.Equal(LeaseAction.None, Report(later, At(2)));
        Assert.Equal(settlement, _lease.Settlement);
    }

    [Fact]
    public void A_rejected_message_is_deleted_only_after_its_dead_letter_is_accepted()
    {
        Assert.Equal(LeaseAction.SendDeadLetter, _lease.Rejected(At(1)));
        Assert.Equal(LeaseState.Held, _lease.State);
        Assert.Equal(LeaseAction.Renew, _lease.Tick(At(16), stopping: true));
        _lease.RenewalAnswered("h1", EntryAnswer.Accepted, At(17));

        Assert.Equal(LeaseAction.Settle, _lease.DeadLetterAnswered(accepted: true, At(9), At(18)));
        Assert.True(_lease.Settlement.Deletes);
    }

    [Fact]
    public void A_rejected_message_whose_dead_letter_is_refused_is_returned_after_the_delay()
    {
        _lease.Rejected(At(1));

        Assert.Equal(LeaseAction.Settle, _lease.DeadLetterAnswered(accepted: false, At(9), At(2)));
        Assert.Equal(At(9), _lease.Settlement.ReturnDelay);
    }

    [Fact]
    public void A_refused_settlement_is_retried_after_its_delay_and_no_sooner()
    {
        _lease.DeliveredAgain("h2", 2, At(0));
        _lease.Completed(At(1));

        Assert.Equal(LeaseAction.None, Settled("h1", EntryAnswer.Accepted, At(2)));
        Assert.Equal(LeaseAction.Wait, Settled("h2", EntryAnswer.RefusedForNow, At(2), retryAfter: 3));
        Assert.Equal((1, At(5)), (_lease.Refusals, _lease.RetryAt));
        Assert.Equal(LeaseAction.None, _lease.Tick(At(4.9), stopping: false));
        Assert.Equal(LeaseAction.Settle, _lease.Tick(At(5), stopping: false));
        Assert.Equal(["h2"], _lease.Outgoing);
        Assert.Equal(LeaseAction.None, _lease.Tick(At(5), stopping: false));
    }

    [Fact]
    public void A_delivery_that_arrives_while_a_refused_settlement_waits_is_settled_after_its_delay()
    {
        _lease.Completed(At(1));
        Settled("h1", EntryAnswer.RefusedForNow, At(2), retryAfter: 3);

        Assert.Equal(LeaseAction.None, _lease.DeliveredAgain("h2", 2, At(3)));
        Assert.Equal(LeaseAction.Settle, _lease.Tick(At(5), stopping: false));
        Assert.Equal(["h1", "h2"], _lease.Outgoing);
    }

    [Fact]
    public void A_lease_is_renewed_while_its_refused_settlement_waits()
    {
        _lease.Completed(At(1));
        Settled("h1", EntryAnswer.RefusedForNow, At(2), retryAfter: 15);

        Assert.Equal(LeaseAction.Renew, _lease.Tick(At(16), stopping: false));
        Assert.Equal(LeaseAction.None, _lease.Tick(At(17), stopping: false));
        Assert.Equal(LeaseAction.Settle, _lease.RenewalAnswered("h1", EntryAnswer.Accepted, At(18)));
    }

    [Fact]
    public void A_lease_with_a_refused_settlement_is_not_renewed_while_the_endpoint_stops()
    {
        _lease.Completed(At(1));
        Settled("h1", EntryAnswer.RefusedForNow, At(2), retryAfter: 28);

        Assert.Equal(LeaseAction.None, _lease.Tick(At(20), stopping: true));
        Assert.Equal(LeaseAction.Close, _lease.Tick(At(30), stopping: true));
        Assert.True(_lease.WasLost);
    }

    [Fact]
    public void A_lease_is_renewed_while_the_endpoint_stops_and_its_message_is_handled() =>
        Assert.Equal(LeaseAction.Renew, _lease.Tick(At(16), stopping: true));

    [Fact]
    public void Giving_up_releases_a_message_without_a_verdict_with_one_last_call()
    {
        Assert.Equal(LeaseAction.Settle, _lease.GiveUp(At(1)));
        Assert.Equal(Settlement.Release, _lease.Settlement);
        Assert.Equal(LeaseAction.None, _lease.Completed(At(2)));
        Assert.Equal(LeaseAction.Close, Settled("h1", EntryAnswer.RefusedForNow, At(3)));
        Assert.False(_lease.WasLost);
    }

    [Fact]
    public void Giving_up_does_not_wait_for_the_delay_of_a_refused_settlement()
    {
        _lease.Completed(At(1));
        Settled("h1", EntryAnswer.RefusedForNow, At(2), retryAfter: 20);

        Assert.Equal(LeaseAction.Settle, _lease.GiveUp(At(3)));
        Assert.True(_lease.Settlement.Deletes);
        Assert.Equal(LeaseAction.Close, Settled("h1", EntryAnswer.RefusedForNow, At(4)));
    }

    [Fact]
    public void Giving_up_waits_for_a_renewal_under_way()
    {
        _lease.Tick(At(16), stopping: true);

        Assert.Equal(LeaseAction.None, _lease.GiveUp(At(17)));
        Assert.Equal(LeaseAction.Settle, _lease.RenewalAnswered("h1", EntryAnswer.RefusedForNow, At(17)));
    }

    /// <summary>A release meanwhile would deliver the message again, which would send a second dead letter.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Giving_up_waits_for_a_dead_letter_under_way(bool accepted)
    {
        _lease.Rejected(At(1));

        Assert.Equal(LeaseAction.None, _lease.GiveUp(At(2)));
        Assert.Equal(LeaseAction.None, _lease.Tick(At(20), stopping: true));
        Assert.Equal(LeaseAction.Settle, _lease.DeadLetterAnswered(accepted, At(9), At(21)));
        Assert.Equal(accepted, _lease.Settlement.Deletes);
        Assert.Equal(LeaseAction.Close, Settled("h1", EntryAnswer.RefusedForNow, At(22)));
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private LeaseAction Report(Verdict verdict, TimeSpan now) => verdict switch
    {
        Verdict.Completed => _lease.Completed(now),
        Verdict.Returned => _lease.Returned(TimeSpan.FromSeconds(7), now),
        _ => _lease.Rejected(now),
    };

    private LeaseAction Settled(string handle, EntryAnswer answer, TimeSpan now, double retryAfter = 1) =>
        _lease.SettlementAnswered(handle, answer, TimeSpan.FromSeconds(retryAfter), now);
}
