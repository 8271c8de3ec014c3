namespace FetchEtl.Sqs.Tests;

public sealed class CallLaneTests
{
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(100);

    private readonly CallLane _lane = new(Linger, new Backoff(new Random(1)));

    /// <summary>The last call of a partial batch would wait for a call that hangs, or for the next renewal.</summary>
    [Fact]
    public void After_giving_up_a_partial_call_is_due_in_time_while_as_many_calls_hang_as_may_be_under_way()
    {
        Add(CallLane.MostCalls * SqsLimits.EntriesPerCall);
        for (var call = 0; call < CallLane.MostCalls; call++)
        {
            Assert.NotNull(_lane.Take(TimeSpan.Zero));
        }

        Add(3);
        Assert.Equal(TimeSpan.MaxValue, _lane.DueAt);
        Assert.Null(_lane.Take(Linger));

        _lane.GiveUp();

        Assert.Equal(Linger, _lane.DueAt);
        Assert.Equal(3, _lane.Take(Linger)?.Count);
    }

    [Fact]
    public void After_giving_up_a_refusal_holds_nothing_back()
    {
        Add(SqsLimits.EntriesPerCall);
        Assert.NotNull(_lane.Take(TimeSpan.Zero));
        Add(1);
        _lane.GiveUp();

        _lane.Answered(refused: true, TimeSpan.Zero);

        Assert.True(_lane.IsRefused);
        Assert.True(_lane.Admits(TimeSpan.Zero));
        Assert.Empty(_lane.TakeBack());
        Assert.Equal(1, _lane.Take(Linger)?.Count);
    }

    private void Add(int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            _lane.Add(new LeaseEntry(Lease: null!, $"r{i}"), TimeSpan.Zero);
        }
    }
}
