namespace FetchEtl.Sqs.Tests;

/// <content>When a lease is renewed, for how long, and when it is not.</content>
public sealed partial class LeaseTests
{
    [Fact]
    public void A_lease_is_renewed_by_its_newest_handle_once_half_of_it_has_passed()
    {
        _lease.DeliveredAgain("h2", 2, At(1));

        Assert.Equal(LeaseAction.None, _lease.Tick(At(15.9), stopping: false));
        Assert.Equal(LeaseAction.Renew, _lease.Tick(At(16), stopping: false));
        Assert.Equal(("h2", Visibility), (_lease.NewestHandle, _lease.RenewalTime));
        Assert.Equal(LeaseAction.None, _lease.Tick(At(21), stopping: false));
        Assert.Equal(LeaseAction.None, _lease.RenewalAnswered("h2", EntryAnswer.Accepted, At(22)));

        // The renewed time counts from the call, not from the reply.
        Assert.Equal(LeaseAction.None, _lease.Tick(At(30.9), stopping: false));
        Assert.Equal(LeaseAction.Renew, _lease.Tick(At(31), stopping: false));
    }

    [Fact]
    public void A_renewal_refused_for_now_is_sent_again_at_the_next_beat()
    {
        _lease.Tick(At(20), stopping: false);
        _lease.RenewalAnswered("h1", EntryAnswer.RefusedForNow, At(21));

        Assert.Equal(LeaseAction.Renew, _lease.Tick(At(25), stopping: false));
    }

    [Fact]
    public void A_renewal_that_SQS_accepts_in_time_counts_even_if_its_reply_is_late()
    {
        _lease.Tick(At(29), stopping: false);
        Assert.Equal(LeaseAction.None, _lease.Completed(At(31)));

        Assert.Equal(LeaseAction.Settle, _lease.RenewalAnswered("h1", EntryAnswer.Accepted, At(32)));
    }

    [Fact]
    public void A_renewal_is_never_for_more_than_the_twelve_hours_that_SQS_allows()
    {
        var hour = TimeSpan.FromHours(1);
        var lease = new Lease("h1", 1, hour, TimeSpan.Zero);
        var end = hour;
        for (var now = TimeSpan.Zero; now < TimeSpan.FromHours(13); now += TimeSpan.FromMinutes(10.005))
        {
            if (lease.Tick(now, stopping: false) == LeaseAction.Renew)
            {
                end = now + lease.RenewalTime;
                Assert.Equal(0, lease.RenewalTime.Ticks % TimeSpan.TicksPerSecond);
                lease.RenewalAnswered("h1", EntryAnswer.Accepted, now);
            }
        }

        Assert.InRange(end, Lease.Longest - TimeSpan.FromSeconds(1), Lease.Longest);
        Assert.Equal(TimeSpan.FromSeconds(10), TimeSpan.FromHours(12) - Lease.Longest);
    }

    [Fact]
    public void Another_delivery_starts_the_twelve_hours_again()
    {
        var lease = new Lease("h1", 1, TimeSpan.FromHours(1), TimeSpan.Zero);
        lease.DeliveredAgain("h2", 2, TimeSpan.FromHours(11.5));

        Assert.Equal(LeaseAction.Renew, lease.Tick(TimeSpan.FromHours(12.1), stopping: false));
        Assert.Equal(TimeSpan.FromHours(1), lease.RenewalTime);
    }

    [Fact]
    public void A_settlement_waits_for_a_renewal_under_way()
    {
        _lease.Tick(At(16), stopping: false);

        Assert.Equal(LeaseAction.None, _lease.Completed(At(17)));
        Assert.Equal(LeaseState.Settling, _lease.State);
        Assert.Equal(LeaseAction.None, _lease.Tick(At(18), stopping: false));
        Assert.Equal(LeaseAction.Settle, _lease.RenewalAnswered("h1", EntryAnswer.Accepted, At(19)));
    }

    [Fact]
    public void No_renewal_is_sent_while_a_settlement_is_under_way()
    {
        _lease.Completed(At(1));

        Assert.Equal(LeaseAction.None, _lease.Tick(At(20), stopping: false));
    }
}
