namespace FetchEtl.Service;

/// <summary>
/// Which line of the log ends which faults, by event id. docs/operations.md lists the lines. A fault that is not here
/// is a moment: nothing logs its end.
/// </summary>
internal static class FaultEndings
{
    private static readonly Dictionary<int, int[]> FaultsByEnding = new()
    {
        // The endpoint receives, or receives again.
        [1100] = [1102, 1104],
        [1106] = [1102, 1105],

        // SQS accepts deletes, returns, dead letters, renewals again.
        [1118] = [1114],
        [1121] = [1120],
        [1137] = [1136],
        [1138] = [1113],

        // PostgreSQL commits again.
        [2002] = [2000, 2001, 2011, 2030],
    };

    private static readonly HashSet<int> Lasting = [.. FaultsByEnding.Values.SelectMany(x => x)];

    /// <summary>Whether the end of this fault is logged.</summary>
    public static bool Lasts(int fault) => Lasting.Contains(fault);

    /// <summary>Whether one line ends the other.</summary>
    public static bool Ends(int ending, int fault) =>
        FaultsByEnding.TryGetValue(ending, out var faults) && faults.Contains(fault);
}
