using FetchEtl.Benchmarks;
using FetchEtl.Local;
using FetchEtl.Testing;
using Xunit.Abstractions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Runs one round of <c>chaos</c> of FetchEtl.Benchmarks, for about a minute.</summary>
[Trait("Category", "Slow")]
public sealed class ChaosTests(ITestOutputHelper output)
{
    [PosixFact]
    public Task Under_every_kind_of_strike_nothing_is_lost_doubled_stuck_dead_lettered_or_leaked() =>
        RunAsync(seed: 20_261);

    /// <summary>An even seed takes a partitioned table.</summary>
    [PosixFact]
    [Trait("Category", "Long")]
    public Task The_same_holds_on_a_partitioned_table() => RunAsync(seed: 20_262);

    private async Task RunAsync(int seed)
    {
        var options = new ChaosOptions { Seed = seed };
        var figures = await ChaosRun.RunAsync(options, output.WriteLine, CancellationToken.None);

        output.WriteLine(figures.ToString());
        Assert.True(figures.Failures.Count == 0, $"{string.Join('\n', figures.Failures)}\n{figures}\nAgain: {options}");
        Assert.InRange(figures.Outcome.Valid + figures.Outcome.Invalid, 20_000, int.MaxValue);
        Assert.InRange(figures.Strikes[StrikeKind.KillWorker], 5, int.MaxValue);
        Assert.Equal(1, figures.Strikes[StrikeKind.RestartPostgresFast]);
        Assert.Equal(1, figures.Strikes[StrikeKind.RestartPostgresImmediate]);
        Assert.Equal(Enum.GetValues<StrikeKind>(), figures.Strikes.Keys.Order());
        Assert.All(Enum.GetValues<SqsFaultKind>(), kind => Assert.NotEqual(0, figures.Faults[kind]));
    }
}
