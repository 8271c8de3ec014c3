namespace FetchEtl.Service.Tests;

public sealed class StatusHistoryTests
{
    [Fact]
    public void Rates_are_those_of_the_time_asked_for_and_not_of_the_whole_run()
    {
        var history = Fill(seconds: 60, second => second < 50 ? 10 : 40);

        var recent = history.Since(TimeSpan.FromSeconds(10));

        Assert.Equal(TimeSpan.FromSeconds(10), recent.At);
        Assert.Equal(40, recent.PerSecond(recent.Received));
    }

    [Fact]
    public void Without_samples_all_rates_are_zero_and_the_chart_is_flat()
    {
        var history = new StatusHistory();

        Assert.Equal(0, history.Since(TimeSpan.FromSeconds(10)).PerSecond(5));
        Assert.Equal(0, history.Draw().Peak);
        Assert.Null(history.LastMinuteWithWork.MeanBatch);
        Assert.All(
            history.Draw().Received.Split(' '), point => Assert.EndsWith(",58.5", point, StringComparison.Ordinal));
    }

    [Fact]
    public void The_chart_shows_five_minutes_whatever_came_before()
    {
        var history = Fill(seconds: 1000, second => second == 100 ? 5000 : second > 990 ? 20 : 10);

        var chart = history.Draw();
        var points = chart.Received.Split(' ');

        Assert.Equal(20, chart.Peak);
        Assert.Equal(60, points.Length);
        Assert.Equal("0,30", points[0]);
        Assert.Equal("300,1.5", points[^1]);
        Assert.StartsWith("0,60 ", chart.Area, StringComparison.Ordinal);
    }

    [Fact]
    public void Means_are_those_of_the_last_minute_with_a_statement_while_nothing_moves()
    {
        var history = Fill(seconds: 400, second => second <= 60 ? 10 : 0);

        Assert.Equal(10, history.LastMinuteWithWork.MeanBatch);
        Assert.Equal(TimeSpan.FromMilliseconds(200), history.LastMinuteWithWork.MeanDelay);
    }

    private static StatusHistory Fill(int seconds, Func<int, int> messages)
    {
        var (history, totals) = (new StatusHistory(), new WorkTotals());
        history.Add(totals);
        for (var second = 1; second <= seconds; second++)
        {
            var count = messages(second);
            totals = new WorkTotals
            {
                At = TimeSpan.FromSeconds(second),
                Received = totals.Received + count,
                Written = totals.Written + count,
                Statements = totals.Statements + (count > 0 ? 1 : 0),
                Delayed = totals.Delayed + count,
                DelaySum = totals.DelaySum + (count * TimeSpan.FromMilliseconds(200)),
            };
            history.Add(totals);
        }

        return history;
    }
}
