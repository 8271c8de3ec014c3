using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>When a drain ends, in virtual time: counts lag, and receives are throttled.</summary>
public sealed class DrainLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly SignalingTimeProvider _time = new();
    private long? _depth = 0;
    private DrainCounters _counters;

    /// <summary>
    /// Hazard: counts of zero are treated as an empty queue, which left 17,330 messages with exit code 0.
    /// </summary>
    [Fact]
    public async Task Counts_of_zero_while_receives_are_throttled_end_with_the_patience_and_not_as_empty()
    {
        Assert.Equal((false, Patience), await RunAsync(_ => { }));
    }

    [Fact]
    public async Task One_empty_receive_is_no_proof()
    {
        _counters = new DrainCounters(0, null, 0, EmptyReceives: 1);

        Assert.Equal((false, Patience), await RunAsync(_ => { }));
    }

    [Fact]
    public async Task Two_empty_receives_with_counts_of_zero_and_nothing_in_flight_end_it_at_once()
    {
        var (isEmpty, took) = await RunAsync(seconds => _counters = new DrainCounters(0, null, 0, (long)seconds));

        Assert.True(isEmpty);
        Assert.Equal(TimeSpan.FromSeconds(2), took);
    }

    [Theory]
    [InlineData(3L, 0)]
    [InlineData(null, 0)]
    [InlineData(0L, 1)]
    public async Task It_goes_on_while_messages_are_counted_or_in_flight_or_SQS_does_not_count(
        long? depth, long inFlight)
    {
        (_depth, _counters) = (depth, new DrainCounters(0, null, inFlight, EmptyReceives: 9));

        var (isEmpty, took) = await RunAsync(seconds =>
        {
            if (seconds >= 20)
            {
                (_depth, _counters) = (0, new DrainCounters(0, null, 0, EmptyReceives: 9));
            }
        });

        Assert.True(isEmpty);
        Assert.Equal(TimeSpan.FromSeconds(20), took);
    }

    [Fact]
    public async Task The_patience_counts_from_the_last_message_settled()
    {
        _depth = 5;
        var (isEmpty, took) = await RunAsync(seconds =>
        {
            if (seconds == 30)
            {
                _counters = new DrainCounters(1, _time.GetTimestamp(), 0, 0);
            }
        });

        Assert.False(isEmpty);
        Assert.Equal(TimeSpan.FromSeconds(29.75) + Patience, took);
    }

    [Fact]
    public async Task A_cancellation_ends_it()
    {
        using var stop = new CancellationTokenSource();
        var running = new DrainLoop(_time, () => _counters, _ => Task.FromResult(_depth), Patience)
            .RunAsync(stop.Token);

        await _time.WaitForTimersAsync();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    /// <summary>Runs a drain, and moves the clock by a quarter of a second each time that it waits.</summary>
    private async Task<(bool IsEmpty, TimeSpan Took)> RunAsync(Action<double> each)
    {
        var begun = _time.GetTimestamp();
        var running = new DrainLoop(_time, () => _counters, _ => Task.FromResult(_depth), Patience)
            .RunAsync(CancellationToken.None);
        while (await Task.WhenAny(running, _time.WaitForTimersAsync()) != running)
        {
            each((_time.GetElapsedTime(begun) + TimeSpan.FromSeconds(0.25)).TotalSeconds);
            _time.Advance(TimeSpan.FromSeconds(0.25));
        }

        return (await running, _time.GetElapsedTime(begun));
    }
}
