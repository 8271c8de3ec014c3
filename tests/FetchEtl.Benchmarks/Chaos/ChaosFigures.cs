using System.Text;
using FetchEtl.Local;

namespace FetchEtl.Benchmarks;

/// <summary>All that a run counted, and everything that was not as it must be.</summary>
internal sealed record ChaosFigures
{
    private static readonly string[] Sinks = ["dead-letter attributes", "logs", "metrics", "PostgreSQL's log", "spans", "table", "worker logs"];

    public required ChaosOptions Options { get; init; }

    public required TimeSpan Duration { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>Messages still on the queue when there was time enough for all.</summary>
    public required long Stuck { get; init; }

    /// <summary>Messages that are hidden though no worker is left that could hold them.</summary>
    public required long LeasesLeft { get; init; }

    public required CanaryWatch Canaries { get; init; }

    public required IReadOnlyDictionary<StrikeKind, int> Strikes { get; init; }

    public required long ConnectionsTerminated { get; init; }

    public required TimeSpan LongestStop { get; init; }

    public required IReadOnlyDictionary<SqsFaultKind, long> Faults { get; init; }

    /// <summary>What workers did that no worker may, and strikes that could not be made.</summary>
    public required IReadOnlyList<string> Misdeeds { get; init; }

    /// <summary>Each thing that was not as it must be; empty when all promises were kept and the run proves it.</summary>
    public IReadOnlyList<string> Failures =>
    [
        .. Misdeeds,
        .. Unless(Outcome.Lost == 0, $"{Outcome.Lost} messages are lost"),
        .. Unless(Outcome.Doubled == 0, $"{Outcome.Doubled} rows are doubled"),
        .. Unless(Outcome.WrongRows == 0, $"{Outcome.WrongRows} rows are not what was sent"),
        .. Unless(Outcome.WrongDeadLetters == 0, $"{Outcome.WrongDeadLetters} dead letters are of a valid login, of nobody or changed"),
        .. Unless(Stuck == 0, $"{Stuck} messages are stuck"),
        .. Unless(LeasesLeft == 0, $"{LeasesLeft} leases are left"),
        .. Canaries.Sightings.Select(x => $"a canary stands in {x}"),
        .. Sinks.Where(x => !Canaries.Read.ContainsKey(x)).Select(x => $"nothing was read of {x}, so its freedom of canaries proves nothing"),
        .. Enum.GetValues<SqsFaultKind>().Where(x => Faults.GetValueOrDefault(x) == 0).Select(x => $"the fault {x} never struck, so nothing is proved of it"),
        .. Enum.GetValues<StrikeKind>().Where(x => Strikes.GetValueOrDefault(x) == 0).Select(x => $"the strike {x} never came, so nothing is proved of it"),
    ];

    /// <summary>The figures as a table for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Line("seed", Options.Seed);
        Line("seconds", Math.Round(Duration.TotalSeconds));
        Line("messages", Outcome.Valid + Outcome.Invalid, $"{Outcome.Valid} logins, {Outcome.Invalid} others");
        Line("rows", Outcome.Rows);
        Line("dead letters", Outcome.DeadLetters, $"and {Outcome.RepeatedDeadLetters} repeats of such");
        Line("lost", Outcome.Lost);
        Line("doubled", Outcome.Doubled);
        Line("wrong", Outcome.WrongRows + Outcome.WrongDeadLetters);
        Line("stuck", Stuck);
        Line("leases left", LeasesLeft);
        Line("canaries", Canaries.Count, string.Join(", ", Canaries.Read.Select(x => $"{x.Value} of {x.Key}")));
        foreach (var (kind, count) in Strikes.OrderBy(x => x.Key))
        {
            Line($"strike {kind}", count, kind == StrikeKind.TerminateConnections ? $"{ConnectionsTerminated} connections" : null);
        }

        foreach (var (kind, count) in Faults.OrderBy(x => x.Key))
        {
            Line($"fault {kind}", count);
        }

        Line("longest stop, s", Math.Round(LongestStop.TotalSeconds, 1));
        return text.ToString();

        void Line(string name, IFormattable value, string? remark = null) =>
            text.AppendLine($"{name,-34}{value,12}{(remark is null ? "" : $"  {remark}")}");
    }

    private static IEnumerable<string> Unless(bool kept, string failure) => kept ? [] : [failure];
}
