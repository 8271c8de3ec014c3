namespace FetchEtl.Sqs.Tests;

/// <summary>The loop postpones a settlement while SQS refuses such calls as a whole.</summary>
public sealed partial class LeaseTests
{
    [Fact]
    public void A_postponed_settlement_is_sent_when_it_is_resumed_and_its_lease_is_renewed_meanwhile()
    {
        _lease.Completed(At(1));
        _lease.Postponed("h1");

        Assert.Equal(LeaseAction.None, _lease.Tick(At(10), stopping: false));
        Assert.Equal(LeaseAction.Renew, _lease.Tick(At(16), stopping: false));
        Assert.Equal(LeaseAction.None, _lease.RenewalAnswered("h1", EntryAnswer.Accepted, At(16)));
        Assert.Equal(LeaseAction.Renew, _lease.Tick(At(32), stopping: false));
        Assert.Equal(LeaseAction.None, _lease.RenewalAnswered("h1", EntryAnswer.Accepted, At(32)));
        Assert.Equal(LeaseAction.Settle, _lease.Resumed(At(40)));
        Assert.Equal(["h1"], _lease.Outgoing);
        Assert.Equal(LeaseAction.Close, Settled("h1", EntryAnswer.Accepted, At(41)));
        Assert.False(_lease.WasLost);
    }

    [Fact]
    public void A_settlement_that_is_resumed_during_a_renewal_is_sent_after_it()
    {
        _lease.Completed(At(1));
        _lease.Postponed("h1");
        Assert.Equal(LeaseAction.Renew, _lease.Tick(At(16), stopping: false));

        Assert.Equal(LeaseAction.None, _lease.Resumed(At(17)));
        Assert.Equal(LeaseAction.Settle, _lease.RenewalAnswered("h1", EntryAnswer.Accepted, At(18)));
    }

    [Fact]
    public void A_postponed_settlement_whose_lease_ends_closes_it_as_lost()
    {
        _lease.Completed(At(1));
        _lease.Postponed("h1");

        Assert.Equal(LeaseAction.Close, _lease.Tick(At(31), stopping: false));
        Assert.True(_lease.WasLost);
        Assert.Equal(LeaseAction.None, _lease.Resumed(At(32)));
    }

    [Fact]
    public void A_delivery_that_joins_a_postponed_lease_is_sent_with_it_and_giving_up_sends_both()
    {
        _lease.Completed(At(1));
        _lease.Postponed("h1");

        Assert.Equal(LeaseAction.None, _lease.DeliveredAgain("h2", 2, At(2)));
        Assert.Equal(LeaseAction.Settle, _lease.GiveUp(At(3)));
        Assert.Equal(["h1", "h2"], _lease.Outgoing);
    }

    [Fact]
    public void Resuming_does_not_shorten_the_delay_of_an_entry_that_was_refused_by_itself()
    {
        _lease.Completed(At(1));
        Assert.Equal(
            LeaseAction.Wait,
            _lease.SettlementAnswered("h1", EntryAnswer.RefusedForNow, TimeSpan.FromSeconds(5), At(2)));

        Assert.Equal(LeaseAction.None, _lease.Resumed(At(3)));
        Assert.Equal(LeaseAction.Settle, _lease.Tick(At(7), stopping: false));
    }
}
