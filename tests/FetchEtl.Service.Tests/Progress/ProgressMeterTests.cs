using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>Rate and time left, in virtual time.</summary>
public sealed class ProgressMeterTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ProgressMeter _meter;

    public ProgressMeterTests() => _meter = new ProgressMeter("messages", _time);

    [Fact]
    public void Steady_work_has_its_rate_and_the_time_that_the_rest_takes()
    {
        for (var second = 0; second <= 8; second++)
        {
            _meter.Report(new WorkProgress(1500 * second, 50_000));
            _time.Advance(TimeSpan.FromSeconds(second < 8 ? 1 : 0));
        }

        Assert.Equal("12,000 of 50,000 messages (24 %), 1,500 a second, 26 s left", _meter.Describe());
        Assert.Equal("1,500/s, 26 s left", _meter.DescribeRate());
    }

    [Fact]
    public void Only_the_last_half_minute_counts_and_work_that_stands_still_slows_down()
    {
        for (var second = 0; second < 100; second++)
        {
            _meter.Report(new WorkProgress(second < 50 ? 0 : 10 * (second - 50), 1000));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Contains(", 9.7 a second, ", _meter.Describe());
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Contains(", 5.0 a second, ", _meter.Describe());
    }

    [Fact]
    public void Each_stage_counts_from_zero_and_parallel_reports_do_not_count_backwards()
    {
        _meter.Report(new WorkProgress(0, 10, "first"));
        _time.Advance(TimeSpan.FromSeconds(2));
        _meter.Report(new WorkProgress(10, 10, "first"));
        Assert.Equal("first: 10 of 10 messages (100 %), 5.0 a second, 0 s left", _meter.Describe());

        _meter.Report(new WorkProgress(0, 100, "second"));
        Assert.Equal("second: 0 of 100 messages (0 %)", _meter.Describe());
        _time.Advance(TimeSpan.FromSeconds(2));
        _meter.Report(new WorkProgress(40, 100, "second"));
        _meter.Report(new WorkProgress(30, 100, "second"));
        Assert.Equal("second: 40 of 100 messages (40 %), 20 a second, 3 s left", _meter.Describe());
    }

    [Fact]
    public void Without_a_total_there_is_a_rate_and_no_time_left()
    {
        _meter.Report(new WorkProgress(0, null));
        _time.Advance(TimeSpan.FromSeconds(10));
        _meter.Report(new WorkProgress(2000, null));

        Assert.Equal("2,000 messages, 200 a second", _meter.Describe());
        Assert.Equal("200/s", _meter.DescribeRate());
    }

    [Theory]
    [InlineData(0.2, "1 s")]
    [InlineData(59, "59 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(7500, "2 h 5 min")]
    [InlineData(59.2, "1 min")]
    [InlineData(90_000, "1 d 1 h")]
    [InlineData(1e8, "more than 100 d")]
    public void The_time_left_is_rounded_up_and_has_the_two_units_that_say_most(double seconds, string text) =>
        Assert.Equal(text, ProgressMeter.Text(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public async Task Without_a_terminal_short_work_prints_nothing_and_long_work_a_line_every_half_minute()
    {
        var lines = new List<string>();

        await ProgressDisplay.WriteLinesAsync("sending", _meter, WorkAsync, _time, lines.Add);

        Assert.Equal(
            [
                "sending: 290 of 1,000 messages (29 %), 9.7 a second, 1 min 14 s left.",
                "sending: 590 of 1,000 messages (59 %), 9.7 a second, 43 s left.",
            ],
            lines);

        Task<int> WorkAsync(IProgress<WorkProgress> progress)
        {
            for (var second = 0; second < 75; second++)
            {
                progress.Report(new WorkProgress(10 * second, 1000));
                if (second == 29)
                {
                    Assert.Empty(lines);
                }

                _time.Advance(TimeSpan.FromSeconds(1));
            }

            return Task.FromResult(0);
        }
    }

    [Fact]
    public async Task A_stop_says_how_far_a_table_was_done_and_how_to_go_on()
    {
        using var stop = new CancellationTokenSource();

        var stopped = await Assert.ThrowsAsync<VerbStoppedException>(() => TableProgress.RunAsync<int>(
            "fetch-etl rekey",
            async progress =>
            {
                progress.Report(new("user_logins", 1, 120, 400));
                await stop.CancelAsync();
                throw new OperationCanceledException(stop.Token);
            },
            stop.Token));

        Assert.Equal(
            "stopped after 120 of 400 blocks of user_logins, pass 1. The rows done so far are committed; run "
            + "'fetch-etl rekey' again to continue.",
            stopped.Message);
    }
}
