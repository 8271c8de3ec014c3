using FetchEtl.Benchmarks;
using FetchEtl.Testing;
using Xunit.Abstractions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>One round of what <c>chaos</c> of FetchEtl.Benchmarks does for as long as it is told, in about a minute.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    [PosixFact]
    public async Task Under_every_fault_of_SQS_workers_killed_and_PostgreSQL_restarted_nothing_is_lost_doubled_stuck_or_shown()
    {
        var options = new ChaosOptions { Seed = 20_260 };

        var figures = await ChaosRun.RunAsync(options, output.WriteLine, CancellationToken.None);

        output.WriteLine(figures.ToString());
        Assert.True(figures.Failures.Count == 0, $"{string.Join('\n', figures.Failures)}\n{figures}\nAgain: {options}");
        Assert.InRange(figures.Outcome.Valid + figures.Outcome.Invalid, 20_000, int.MaxValue);
        Assert.InRange(figures.Strikes[StrikeKind.KillWorker], 5, int.MaxValue);
        Assert.Equal(1, figures.Strikes[StrikeKind.RestartPostgresFast]);
        Assert.Equal(1, figures.Strikes[StrikeKind.RestartPostgresImmediate]);
    }
}
