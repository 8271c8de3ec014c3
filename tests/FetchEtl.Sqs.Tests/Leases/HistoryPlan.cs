namespace FetchEtl.Sqs.Tests;

/// <summary>Everything that happens in a history, drawn from its seed.</summary>
internal sealed class HistoryPlan
{
    private static readonly int[] VisibilitySeconds = [5, 5, 30, 30, 30, 30, 120, 120, 3600, 43200];
    private static readonly double[] Chances = [0, 0.1, 0.3, 0.6, 1];

    private readonly Random _random;

    public HistoryPlan(Random random)
    {
        _random = random;
        VisibilityTimeout = TimeSpan.FromSeconds(One(VisibilitySeconds));
        RenewalsWork = Chance(0.5);
        if (Chance(0.75))
        {
            Throttled = One(Chances);
            EntryRefused = One(Chances);
            ReplyLost = One(Chances);
            Hangs = Chance(0.3) ? 0.3 : 0;
            RefusedForGood = Chance(0.2) ? 0.2 : 0;
            FaultsEnd = Shorter(VisibilityTimeout * 4, TimeSpan.FromMinutes(10)) * random.NextDouble();
        }

        var slow = RenewalsWork ? Shorter(VisibilityTimeout / 20, TimeSpan.FromSeconds(3)) : TimeSpan.FromSeconds(3);
        Latency = Shorter(slow, TimeSpan.FromMilliseconds(One(20, 300, 3000)));
        ReceiveLatency = Shorter(slow, TimeSpan.FromMilliseconds(One(20, 300, 3000)));
        var busy = Busy();
        Duplicates = [.. Enumerable.Range(0, One(0, 0, 1, 1, 2, 3)).Select(_ => UpTo(busy + TimeSpan.FromSeconds(2)))];
        FirstConsumer = new Consumer(this, busy);
        StopsAt = Chance(0.3) ? UpTo(busy + TimeSpan.FromSeconds(5)) : null;
        GivesUpAt = StopsAt is { } stop
            ? Chance(0.7) ? stop + TimeSpan.FromSeconds(One(0, 1, 5, 30)) : null
            : Chance(0.05) ? UpTo(busy) : null;
        StallsAt = Chance(0.12) && !RenewalsWork ? UpTo(busy + TimeSpan.FromSeconds(1)) : null;
        StallEnds = StallsAt + UpTo(VisibilityTimeout * 2);
        var last = new[] { busy, FaultsEnd, StopsAt ?? default, GivesUpAt ?? default, StallEnds ?? default }.Max();
        Horizon = last + (VisibilityTimeout * 3) + TimeSpan.FromMinutes(5);
    }

    public TimeSpan VisibilityTimeout { get; }

    /// <summary>True where no fault affects a renewal.</summary>
    public bool RenewalsWork { get; }

    /// <summary>The probability that SQS refuses a whole call.</summary>
    public double Throttled { get; }

    /// <summary>The probability that SQS refuses an entry transiently.</summary>
    public double EntryRefused { get; }

    /// <summary>The probability that a call takes effect and its reply is lost.</summary>
    public double ReplyLost { get; }

    /// <summary>The probability that a call hangs until its time limit.</summary>
    public double Hangs { get; }

    /// <summary>The probability that SQS refuses a valid entry permanently.</summary>
    public double RefusedForGood { get; }

    /// <summary>No fault happens from this time on.</summary>
    public TimeSpan FaultsEnd { get; }

    /// <summary>The longest time from a call to its reply.</summary>
    public TimeSpan Latency { get; }

    /// <summary>The longest time from a receive at SQS to the loop. Replies can overtake each other.</summary>
    public TimeSpan ReceiveLatency { get; }

    /// <summary>When SQS delivers the message again while it is in flight.</summary>
    public IReadOnlyList<TimeSpan> Duplicates { get; }

    public Consumer FirstConsumer { get; }

    public TimeSpan? StopsAt { get; }

    public TimeSpan? GivesUpAt { get; }

    /// <summary>When the process stalls, as after a SIGSTOP.</summary>
    public TimeSpan? StallsAt { get; }

    public TimeSpan? StallEnds { get; }

    /// <summary>At this time every open lease gives up, so that each history ends.</summary>
    public TimeSpan Horizon { get; }

    /// <summary>Returns the consumer of a later delivery.</summary>
    public Consumer NextConsumer() => new(this, Busy());

    public bool Chance(double chance) => _random.NextDouble() < chance;

    public TimeSpan UpTo(TimeSpan longest) => TimeSpan.FromTicks((long)(longest.Ticks * _random.NextDouble()));

    public T One<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    public override string ToString() =>
        $"visibility {VisibilityTimeout}, throttled {Throttled}, entries refused {EntryRefused}, "
        + $"replies lost {ReplyLost}, hanging {Hangs}, refused permanently {RefusedForGood}, "
        + $"renewals {(RenewalsWork ? "work" : "fail too")}, faults end {FaultsEnd}, latency {Latency}, "
        + $"of receives {ReceiveLatency}, stops {StopsAt}, gives up {GivesUpAt}, stalls {StallsAt} to {StallEnds}, "
        + $"horizon {Horizon}";

    private static TimeSpan Shorter(TimeSpan x, TimeSpan y) => x < y ? x : y;

    /// <summary>How long a consumer takes.</summary>
    private TimeSpan Busy() => UpTo(One(
        TimeSpan.FromSeconds(1),
        VisibilityTimeout,
        VisibilityTimeout.TotalSeconds == 3600 ? TimeSpan.FromHours(14) : VisibilityTimeout * 4));

    /// <summary>How a consumer handles the message: its verdict, and a second verdict that must not count.</summary>
    internal sealed class Consumer(HistoryPlan plan, TimeSpan busy)
    {
        /// <summary><see cref="Verdict.None"/> means that the consumer hangs.</summary>
        public Verdict Verdict { get; } = plan.One(
            Verdict.None, Verdict.Returned, Verdict.Returned, Verdict.Rejected, Verdict.Rejected,
            Verdict.Completed, Verdict.Completed, Verdict.Completed, Verdict.Completed, Verdict.Completed);

        public TimeSpan Busy => busy;

        public Verdict Second { get; } = plan.Chance(0.2)
            ? plan.One(Verdict.Completed, Verdict.Returned, Verdict.Rejected)
            : Verdict.None;

        public TimeSpan SecondAfter { get; } = plan.UpTo(TimeSpan.FromSeconds(2));
    }
}

/// <summary>What a consumer reports.</summary>
internal enum Verdict
{
    None,
    Completed,
    Returned,
    Rejected,
}
