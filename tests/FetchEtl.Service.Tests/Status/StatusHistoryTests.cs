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

    [Fact]
    public void A_burst_keeps_its_height_while_it_moves_through_the_chart()
    {
        var peaks = Enumerable.Range(12, 30).Select(seconds =>
            Fill(seconds, second => second is 10 or 11 ? 1500 : 0).Draw().Peak);

        Assert.All(peaks, peak => Assert.Equal(600, peak));
    }

    [Fact]
    public void The_last_receive_is_known_however_long_ago_it_was()
    {
        Assert.Null(Fill(seconds: 20, _ => 0).ReceivedAt);
        Assert.Equal(TimeSpan.FromSeconds(60), Fill(seconds: 900, second => second <= 60 ? 10 : 0).ReceivedAt);
    }

    [Theory]
    [InlineData(null, "not yet")]
    [InlineData(1.5, "just now")]
    [InlineData(40.0, "40 s ago")]
    public void The_page_says_since_when_nothing_was_received(double? seconds, string text) =>
        Assert.Equal(text, StatusText.Ago(seconds is { } ago ? TimeSpan.FromSeconds(ago) : null));

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
