namespace FetchEtl.Benchmarks;

/// <summary>
/// The strikes of a run, in rounds. Each round contains every kind, the more likely ones several times, in random
/// order.
/// </summary>
internal static class StrikePlan
{
    private const double ShortestPauseSeconds = 0.2;
    private const double LongestPauseSeconds = 4;

    private static readonly StrikeKind[] Round =
    [
        .. Enumerable.Repeat(StrikeKind.KillWorker, 6),
        .. Enumerable.Repeat(StrikeKind.FreezeWorker, 2),
        .. Enumerable.Repeat(StrikeKind.TerminateConnections, 2),
        StrikeKind.StopWorker,
        StrikeKind.StopWorkerTwice,
        StrikeKind.RollingRestart,
        StrikeKind.RestartPostgresFast,
        StrikeKind.RestartPostgresImmediate,
        StrikeKind.RevokeInsert,
    ];

    /// <summary>Draws a plan.</summary>
    public static IReadOnlyList<Strike> Draw(Random random, int rounds)
    {
        var plan = new List<Strike>(rounds * Round.Length);
        for (var round = 0; round < rounds; round++)
        {
            var kinds = Round.ToArray();
            random.Shuffle(kinds);
            plan.AddRange(kinds.Select(kind => new Strike(kind, Pause(random), random.NextDouble())));
        }

        return plan;
    }

    private static TimeSpan Pause(Random random) => TimeSpan.FromSeconds(
        ShortestPauseSeconds + (random.NextDouble() * (LongestPauseSeconds - ShortestPauseSeconds)));
}
