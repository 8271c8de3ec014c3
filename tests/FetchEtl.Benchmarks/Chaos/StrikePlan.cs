namespace FetchEtl.Benchmarks;

/// <summary>
/// The strikes of a run, in rounds. Each round contains every kind, the more likely ones several times, in random
/// order.
/// </summary>
internal static class StrikePlan
{
    private const double ShortestPauseSeconds = 0.1;
    private const double LongestPauseSeconds = 1.2;

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
        StrikeKind.HangStandby,
        StrikeKind.FailOver,
        StrikeKind.SetSequenceBack,
        StrikeKind.DropPartition,
        StrikeKind.RefuseFewRows,
        StrikeKind.RefuseAllRows,
        StrikeKind.SwallowRows,
        StrikeKind.MakeZombies,
        StrikeKind.FillLogPipe,
        StrikeKind.DenyDeletes,
        StrikeKind.MalformMessages,
        StrikeKind.ReadStaleCounts,
    ];

    /// <summary>Draws a plan.</summary>
    /// <param name="random">Decides the order, the pauses and the details.</param>
    /// <param name="rounds">How many rounds.</param>
    /// <param name="only">The kinds to draw from; none draws from all.</param>
    public static IReadOnlyList<Strike> Draw(Random random, int rounds, IReadOnlyCollection<StrikeKind> only)
    {
        var plan = new List<Strike>(rounds * Round.Length);
        for (var round = 0; round < rounds; round++)
        {
            StrikeKind[] kinds = [.. Round.Where(kind => only.Count == 0 || only.Contains(kind))];
            random.Shuffle(kinds);
            plan.AddRange(kinds.Select(kind => new Strike(kind, Pause(random), random.NextDouble())));
        }

        return plan;
    }

    private static TimeSpan Pause(Random random) => TimeSpan.FromSeconds(
        ShortestPauseSeconds + (random.NextDouble() * (LongestPauseSeconds - ShortestPauseSeconds)));
}
