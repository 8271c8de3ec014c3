namespace FetchEtl.Sqs.Tests;

public sealed class StopScheduleTests
{
    [Theory]
    [InlineData(0, 25, 0, 20)]
    [InlineData(0, 5, 0, 4)]
    [InlineData(10, 60, 10, 55)]
    [InlineData(10, null, 10, 15)]
    [InlineData(null, 30, 25, 25)]
    public void Consumers_are_cancelled_at_their_own_timeout_and_messages_are_released_before_the_stop_timeout(
        int? consumerStopTimeout, int? stopTimeout, int cancelConsumers, int giveUp)
    {
        var schedule = StopSchedule.Of(Seconds(consumerStopTimeout), Seconds(stopTimeout));

        Assert.Equal(new StopSchedule(TimeSpan.FromSeconds(cancelConsumers), TimeSpan.FromSeconds(giveUp)), schedule);
    }

    [Fact]
    public void Without_timeouts_the_schedule_never_cancels_consumers()
    {
        Assert.Equal(new StopSchedule(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), StopSchedule.Of(null, null));
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } count ? TimeSpan.FromSeconds(count) : null;
}
