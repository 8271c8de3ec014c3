namespace FetchEtl.Service;

/// <summary>The work of this process up to a moment.</summary>
internal sealed record WorkTotals
{
    /// <summary>The moment, as the time since the process began to count.</summary>
    public TimeSpan At { get; init; }

    public long Received { get; init; }

    public long Written { get; init; }

    public long Duplicates { get; init; }

    public long DeadLettered { get; init; }

    public long Returned { get; init; }

    public long LeasesLost { get; init; }

    /// <summary>Committed statements that carried rows.</summary>
    public long Statements { get; init; }

    /// <summary>Messages whose delay is known.</summary>
    public long Delayed { get; init; }

    /// <summary>The sum of their delays, from sent to committed.</summary>
    public TimeSpan DelaySum { get; init; }

    public IReadOnlyDictionary<string, long> DeadLettersByRule { get; init; } = new Dictionary<string, long>();

    /// <summary>Whether anything happened at all.</summary>
    public bool IsIdle => Received + Written + Duplicates + DeadLettered + Returned + LeasesLost == 0;

    /// <summary>The mean of rows a statement; null without a statement.</summary>
    public double? MeanBatch => Statements == 0 ? null : (double)(Written + Duplicates) / Statements;

    /// <summary>The mean delay; null without a message.</summary>
    public TimeSpan? MeanDelay => Delayed == 0 ? null : DelaySum / Delayed;

    /// <summary>The work between an earlier moment and this one; <see cref="At"/> is then the time between.</summary>
    public WorkTotals Since(WorkTotals earlier) => new()
    {
        At = At - earlier.At,
        Received = Received - earlier.Received,
        Written = Written - earlier.Written,
        Duplicates = Duplicates - earlier.Duplicates,
        DeadLettered = DeadLettered - earlier.DeadLettered,
        Returned = Returned - earlier.Returned,
        LeasesLost = LeasesLost - earlier.LeasesLost,
        Statements = Statements - earlier.Statements,
        Delayed = Delayed - earlier.Delayed,
        DelaySum = DelaySum - earlier.DelaySum,
        DeadLettersByRule = DeadLettersByRule
            .Select(x => KeyValuePair.Create(x.Key, x.Value - earlier.DeadLettersByRule.GetValueOrDefault(x.Key)))
            .Where(x => x.Value > 0)
            .ToDictionary(StringComparer.Ordinal),
    };

    /// <summary>A count as a rate.</summary>
    public double PerSecond(long count) => At > TimeSpan.Zero ? count / At.TotalSeconds : 0;
}
