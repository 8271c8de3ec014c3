using FetchEtl.Benchmarks;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks that the benchmark measures complete work. No test checks how fast it was.</summary>
public sealed class BenchmarkTests
{
    [Fact]
    [Trait("Category", "Long")]
    public async Task Each_contender_writes_every_message_once_and_its_calls_are_counted()
    {
        const int Messages = 2_000;
        await using var estate = await MeasuredEstate.CreateAsync(CancellationToken.None);
        var run = new EndToEndRun(estate, Messages, seed: 1);

        var runs = new Dictionary<Contender, List<RunFigures>>();
        foreach (var contender in Enum.GetValues<Contender>())
        {
            runs[contender] = [await run.RunAsync(contender, CancellationToken.None)];
        }

        var result = EndToEndResult.Of(Messages, runs);
        Assert.All(
            result.Contenders.Values,
            x => Assert.True(x is { MessagesPerSecond: > 0, CpuMicroseconds: > 0, PeakMebibytes: > 0 }));
        Assert.Equal(1, result.Contenders[Contender.OneAtATime].CallsPerMessage["ReceiveMessage"]);
        Assert.Equal(1, result.Contenders[Contender.OneAtATime].RowsPerStatement);
        Assert.InRange(result.Contenders[Contender.HandLoop].AllCallsPerMessage, 0.2, 2);
        Assert.InRange(result.Contenders[Contender.Service].CallsPerMessage["DeleteMessageBatch"], 0.1, 1);
        Assert.InRange(result.Contenders[Contender.Service].RowsPerStatement, 1, Messages);
    }

    [Fact]
    public void A_percentile_is_the_smallest_time_that_so_many_percent_do_not_exceed()
    {
        var percentiles = new Percentiles(Enumerable.Range(1, 200).Reverse().Select(x => TimeSpan.FromMilliseconds(x)));

        Assert.Equal((100, 190, 198), (percentiles.Of(50), percentiles.Of(95), percentiles.Of(99)));
    }

    [Fact]
    public void A_ratio_is_taken_round_by_round()
    {
        var ratio = Ratio.Of([Run(20), Run(30), Run(90)], [Run(10), Run(10), Run(100)], x => x.MessagesPerSecond);

        Assert.Equal(new Ratio(Median: 2, Lowest: 0.9, Highest: 3), ratio);

        static RunFigures Run(double speed) => new(speed, 1, 1, 1, new Dictionary<string, double>());
    }
}
