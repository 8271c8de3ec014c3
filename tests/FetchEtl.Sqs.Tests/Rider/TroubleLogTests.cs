using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Sqs.Tests;

public sealed class TroubleLogTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TroubleLog _log;

    public TroubleLogTests() => _log = new TroubleLog(_time);

    [Fact]
    public void A_trouble_is_logged_when_it_begins_and_when_it_ends()
    {
        Assert.False(_log.Works(Trouble.Receives));
        Assert.True(_log.Fails(Trouble.Receives, isAway: true));
        Assert.False(_log.Fails(Trouble.Receives, isAway: true));
        Assert.True(_log.Works(Trouble.Receives));
        Assert.False(_log.Works(Trouble.Receives));
    }

    [Fact]
    public void While_SQS_is_away_only_the_first_kind_of_call_is_logged_and_the_others_may_recover_later()
    {
        Assert.True(_log.Fails(Trouble.Deletes, isAway: true));
        Assert.False(_log.Fails(Trouble.Receives, isAway: true));
        Assert.True(_log.Works(Trouble.Deletes));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.False(_log.Fails(Trouble.Receives, isAway: true));
        Assert.False(_log.Works(Trouble.Receives));
    }

    [Fact]
    public void A_kind_of_call_that_fails_for_a_minute_longer_than_the_others_is_logged_for_itself()
    {
        _log.Fails(Trouble.Deletes, isAway: true);
        _log.Works(Trouble.Deletes);
        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.True(_log.Fails(Trouble.Receives, isAway: true));
        Assert.True(_log.Works(Trouble.Receives));
    }

    [Fact]
    public void What_an_operator_must_correct_is_logged_although_SQS_is_away_and_hides_no_outage()
    {
        Assert.True(_log.Fails(Trouble.Receives, isAway: true));
        Assert.True(_log.Fails(Trouble.DeadLetters, isAway: false));
        _log.Works(Trouble.Receives);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.True(_log.Fails(Trouble.Receives, isAway: true));
        Assert.False(_log.Fails(Trouble.DeadLetters, isAway: false));
    }
}
