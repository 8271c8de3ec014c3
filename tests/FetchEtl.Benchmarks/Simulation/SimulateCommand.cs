using System.CommandLine;
using System.Globalization;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>simulate</c>: runs schedules of the deterministic simulation, and prints each violation with its seed.
/// </summary>
internal static class SimulateCommand
{
    private static readonly Option<int> Schedules = NumberOption.AtLeastOne(
        "--schedules", "How many schedules run.", 100_000);

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "The seed of the first schedule. The others follow it.",
        DefaultValueFactory = _ => 0,
    };

    private static readonly Option<bool> Trace = new("--trace")
    {
        Description = "Print all that happens in each schedule.",
    };

    public static Command Create()
    {
        var command = new Command(
            "simulate",
            """
            Runs the receiver, the lease loop, the writer and drain over a simulated SQS and a simulated PostgreSQL in
            virtual time, under a scheduler whose every choice follows from a seed. Exit code 1: a schedule broke a
            rule.
            """)
        {
            Schedules,
            Seed,
            Trace,
        };
        command.SetAction((parsed, cancellationToken) => Task.FromResult(Run(
            parsed.GetValue(Seed), parsed.GetValue(Schedules), parsed.GetValue(Trace), cancellationToken)));
        return command;
    }

    private static int Run(int seed, int schedules, bool traces, CancellationToken cancelled)
    {
        var started = TimeProvider.System.GetTimestamp();
        var gate = new Lock();
        var (done, violations, steps, hash, longest) = (0, 0, 0L, 0UL, TimeSpan.Zero);
        Parallel.For(seed, seed + schedules, (next, loop) =>
        {
            if (cancelled.IsCancellationRequested)
            {
                loop.Stop();
                return;
            }

            var result = Schedule.Run(next, traces);
            lock (gate)
            {
                done++;
                steps += result.Steps;
                hash ^= result.Hash;
                longest = result.Took > longest ? result.Took : longest;
                violations += Print(result) ? 1 : 0;
            }
        });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{done:N0} schedules in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:N0} s: "
            + $"{violations:N0} violations, {steps:N0} steps, the longest {longest:hh\\:mm\\:ss} of virtual time, "
            + $"hash {hash:x16}"));
        return violations == 0 ? 0 : 1;
    }

    private static bool Print(ScheduleResult result)
    {
        Console.Write(result.Text);
        if (result.Violation is null)
        {
            return false;
        }

        var hazards = string.Join(", ", SchedulePlan.Of(result.Seed).Faults.Select(fault => fault.Hazard));
        Console.WriteLine($"seed {result.Seed} ({hazards}): {result.Violation}\n  {Replay(result.Seed)}");
        return true;
    }

    /// <summary>The command that replays a schedule.</summary>
    internal static string Replay(int seed) => string.Create(
        CultureInfo.InvariantCulture,
        $"dotnet run -c Release --project tests/FetchEtl.Benchmarks -- simulate --schedules 1 --seed {seed} --trace");
}
