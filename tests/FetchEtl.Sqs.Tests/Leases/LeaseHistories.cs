using Xunit.Abstractions;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// Random histories of the lease against a model. A failure names its seed, which
/// <c>LEASE_SEED=123 dotnet test --filter One_history</c> replays.
/// </summary>
public sealed class LeaseHistories(ITestOutputHelper output)
{
    internal const int Ordinary = 20_000;

    private const int Long = 300_000;

    [Fact]
    public void Every_rule_holds_in_random_histories() => RunAll(first: 0, Ordinary);

    [Fact]
    [Trait("Category", "Long")]
    public void Every_rule_holds_in_many_random_histories() => RunAll(first: Ordinary, Long);

    [Fact]
    public void One_history_is_replayed_by_its_seed()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("LEASE_SEED") ?? "7");

        var first = LeaseHistory.Describe(seed, LeaseMachine.Open);

        output.WriteLine(first);
        Assert.Equal(first, LeaseHistory.Describe(seed, LeaseMachine.Open));
        Assert.Null(LeaseHistory.Run(seed, LeaseMachine.Open));
    }

    private void RunAll(int first, int count)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var seed = first; seed < first + count; seed++)
        {
            if (LeaseHistory.Run(seed, LeaseMachine.Open) is { } failure)
            {
                Assert.Fail(failure);
            }
        }

        output.WriteLine($"{count} histories in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s");
    }
}
