using System.Text;
using FetchEtl.Local;

namespace FetchEtl.Benchmarks;

/// <summary>The counts of a run and every broken promise.</summary>
internal sealed record ChaosFigures
{
    private static readonly string[] Sinks =
        ["dead-letter attributes", "logs", "metrics", "PostgreSQL's log", "spans", "table", "worker logs"];

    public required ChaosOptions Options { get; init; }

    public required TimeSpan Duration { get; init; }

    public required Outcome Outcome { get; init; }

    /// <summary>Messages that are still on the queue after the time for settling.</summary>
    public required long Stuck { get; init; }

    /// <summary>Messages that are in flight after all workers have exited.</summary>
    public required long LeasesLeft { get; init; }

    public required CanaryWatch Canaries { get; init; }

    public required IReadOnlyDictionary<StrikeKind, int> Strikes { get; init; }

    /// <summary>What else is known about the strikes of a kind, such as how many connections they ended.</summary>
    public required IReadOnlyDictionary<StrikeKind, string> Remarks { get; init; }

    /// <summary>The longest time from SIGTERM to the exit of a worker.</summary>
    public required TimeSpan LongestStop { get; init; }

    public required IReadOnlyDictionary<SqsFaultKind, long> Faults { get; init; }

    /// <summary>Misbehaviour of workers, and strikes that failed.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>Every failed check. Empty when all promises were kept and the run proves it.</summary>
    public IReadOnlyList<string> Failures =>
    [
        .. Violations,
        .. Unless(Outcome.Lost == 0, $"{Outcome.Lost} messages are lost"),
        .. Unless(Outcome.Doubled == 0, $"{Outcome.Doubled} rows are doubled"),
        .. Unless(Outcome.WrongRows == 0, $"{Outcome.WrongRows} rows differ from the messages that were sent"),
        .. Unless(
            Outcome.WrongDeadLetters == 0,
            $"{Outcome.WrongDeadLetters} dead letters belong to a valid login or to no message, or were changed"),
        .. Unless(
            Outcome.RedrivenLogins == 0,
            $"{Outcome.RedrivenLogins} valid logins used up their receives, so SQS moved them to a dead-letter queue"),
        .. Unless(Stuck == 0, $"{Stuck} messages are stuck"),
        .. Unless(LeasesLeft == 0, $"{LeasesLeft} leases are left"),
        .. Canaries.Sightings.Select(x => $"a canary appears in {x}"),
        .. Sinks
            .Where(x => !Canaries.Read.ContainsKey(x))
            .Select(x => $"nothing was read from the sink '{x}', so the run proves nothing about its canaries"),
        .. Enum.GetValues<SqsFaultKind>()
            .Where(x => Options.Includes(x) && Faults.GetValueOrDefault(x) == 0)
            .Select(x => $"the fault {x} never happened, so the run proves nothing about it"),
        .. Enum.GetValues<StrikeKind>()
            .Where(x => Options.Includes(x) && Strikes.GetValueOrDefault(x) == 0)
            .Select(x => $"the strike {x} never happened, so the run proves nothing about it"),
    ];

    /// <summary>Returns the figures as a table.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Line("seed", Options.Seed);
        Line("seconds", Math.Round(Duration.TotalSeconds));
        Line("messages", Outcome.Valid + Outcome.Invalid, $"{Outcome.Valid} logins, {Outcome.Invalid} invalid");
        Line("rows", Outcome.Rows, Options.IsPartitioned ? "in a table partitioned by day" : "in a plain table");
        Line("dead letters", Outcome.DeadLetters, $"and {Outcome.RepeatedDeadLetters} repeated ones");
        Line("lost", Outcome.Lost);
        Line("doubled", Outcome.Doubled);
        Line("wrong", Outcome.WrongRows + Outcome.WrongDeadLetters);
        Line("good dead letters", Outcome.GoodDeadLetters + Outcome.RedrivenLogins, $"{Outcome.RedrivenLogins} by SQS");
        Line("stuck", Stuck);
        Line("leases left", LeasesLeft);
        var read = string.Join(", ", Canaries.Read.Select(x => $"{x.Key} {x.Value}"));
        Line("canaries", Canaries.Count, $"texts read: {read}");
        foreach (var (kind, count) in Strikes.OrderBy(x => x.Key))
        {
            Line($"strike {kind}", count, Remarks.GetValueOrDefault(kind));
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
