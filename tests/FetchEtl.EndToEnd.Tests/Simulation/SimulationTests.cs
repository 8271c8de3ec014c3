using FetchEtl.Benchmarks;
using Xunit.Abstractions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Schedules of the deterministic simulation. A failure names its seed and the command that replays it; the verb
/// <c>simulate</c> of the benchmarks runs more of them.
/// </summary>
[Trait("Category", "Slow")]
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Schedules = 2_000;

    [Fact]
    public void Every_rule_holds_in_two_thousand_schedules()
    {
        var started = TimeProvider.System.GetTimestamp();
        var results = new ScheduleResult[Schedules];

        Parallel.For(0, Schedules, seed => results[seed] = Schedule.Run(seed));

        output.WriteLine($"{results.Sum(x => x.Steps)} steps in {TimeProvider.System.GetElapsedTime(started)}");
        var violations = results.Where(x => x.Violation is not null).ToList();
        Assert.True(
            violations.Count == 0,
            string.Join('\n', violations.Take(5).Select(x => $"{x.Violation}\n  {SimulateCommand.Replay(x.Seed)}")));
    }

    [Fact]
    public void A_schedule_is_replayed_by_its_seed_byte_for_byte()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var first = Schedule.Run(seed, keepsText: true);
            var second = Schedule.Run(seed, keepsText: true);

            Assert.Equal(first.Text, second.Text);
            Assert.Equal((first.Hash, first.Steps), (second.Hash, second.Steps));
            Assert.Equal(first.Hash, Schedule.Run(seed).Hash);
        }
    }

    [Fact]
    public void Seeds_differ_in_what_happens()
    {
        var hashes = Enumerable.Range(0, 50).Select(seed => Schedule.Run(seed).Hash);

        Assert.Equal(50, hashes.Distinct().Count());
    }

    [Fact]
    public void Each_hazard_strikes_in_many_schedules()
    {
        var hazards = Enumerable.Range(0, Schedules)
            .SelectMany(seed => SchedulePlan.Of(seed).Faults.Select(fault => fault.Hazard).Distinct())
            .CountBy(hazard => hazard)
            .ToDictionary();

        Assert.All(
            Enum.GetValues<Hazard>(),
            hazard => Assert.InRange(hazards.GetValueOrDefault(hazard), 100, Schedules));
    }

    [Theory]
    [InlineData(nameof(Focus.FailingStop))]
    [InlineData(nameof(Focus.HiddenMessages))]
    [InlineData(nameof(Focus.RefusedConflicts))]
    public void Every_rule_holds_in_schedules_of_a_rare_case(string focus)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            Assert.Null(Schedule.Run(seed, focus: Enum.Parse<Focus>(focus)).Violation);
        }
    }

    [Fact]
    public void Work_that_leaves_the_scheduler_is_noticed()
    {
        var world = new SimulatedWorld(seed: 1, new SimulationTrace(keepsText: false));
        var process = new SimulatedProcess(world, "leaky");

        var running = process.Start(async () =>
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            await Task.Delay(TimeSpan.FromSeconds(1), process);
        });

        Assert.Throws<SimulationException>(() => world.Run(running, TimeSpan.FromMinutes(1)));
    }
}
