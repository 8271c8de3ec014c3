namespace FetchEtl.Benchmarks;

/// <summary>What a message of a schedule is.</summary>
internal enum MessageKind
{
    /// <summary>A login.</summary>
    Good,

    /// <summary>No login: its consumer rejects it.</summary>
    Invalid,

    /// <summary>A login that PostgreSQL rejects for its own values.</summary>
    BadRow,
}

/// <summary>What a seed asks for: small, so that many schedules run.</summary>
internal sealed record SchedulePlan
{
    /// <summary>Faults begin and end before this time.</summary>
    public static readonly TimeSpan FaultsEnd = TimeSpan.FromSeconds(120);

    private static readonly Hazard[] All = Enum.GetValues<Hazard>();

    /// <summary>These use up receives of a message by themselves.</summary>
    private static readonly Hazard[] CostReceives =
    [
        Hazard.CallsThrottled, Hazard.RepliesLost, Hazard.CallsSlow, Hazard.EntriesRefused, Hazard.DeliveredTwice,
        Hazard.DeletedDelivered, Hazard.WorkerKilled, Hazard.WorkerStopped, Hazard.WorkerPaused, Hazard.TriggerRaises,
        Hazard.OperatorFault, Hazard.RowsDropped,
    ];

    public required IReadOnlyList<MessageKind> Messages { get; init; }

    /// <summary>When each message is sent.</summary>
    public required IReadOnlyList<TimeSpan> SentAt { get; init; }

    public required IReadOnlyList<Fault> Faults { get; init; }

    /// <summary>
    /// Whether <c>drain</c> runs, repeatedly until it reports an empty queue, instead of workers.
    /// </summary>
    public required bool IsDrain { get; init; }

    public required int Workers { get; init; }

    /// <summary>How long a receive waits for messages.</summary>
    public required TimeSpan WaitTime { get; init; }

    public required int PrefetchCount { get; init; }

    public required int BatchSize { get; init; }

    public required int Writers { get; init; }

    public required TimeSpan VisibilityTimeout { get; init; }

    public required bool HasStandby { get; init; }

    /// <summary>The redrive policy's <c>maxReceiveCount</c>.</summary>
    public required int MaxReceives { get; init; }

    public static SchedulePlan Of(int seed)
    {
        var random = new Random(~seed);
        var hasStandby = random.Next(3) == 0;
        var faults = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Fault(random)).ToList();
        if (hasStandby && random.Next(2) == 0)
        {
            faults.AddRange(Hang(random));
        }

        if (faults.Exists(fault => fault.Hazard == Hazard.ReceivesEmpty))
        {
            // Where SQS neither counts nor delivers a message, no worker can know of it.
            faults.RemoveAll(fault => fault.Hazard == Hazard.CountsStale);
        }

        var isDrain = random.Next(3) == 0;
        var count = random.Next(8) == 0 ? random.Next(30, 80) : random.Next(3, 14);
        // Few bad rows among many: from twenty on the writer would blame the schema, and stop.
        var messages = Enumerable.Range(0, count).Select(_ => Kind(random.Next(count < 30 ? 12 : 60))).ToList();
        return new SchedulePlan
        {
            Messages = messages,
            SentAt = messages.ConvertAll(_ => SendTime(faults, random)),
            Faults = faults,
            IsDrain = isDrain,
            Workers = isDrain ? 1 : random.Next(1, 3),
            WaitTime = TimeSpan.FromSeconds(isDrain ? 1 : random.Next(4) == 0 ? random.Next(3) : 20),
            PrefetchCount = random.Next(2, 25),
            BatchSize = random.Next(3) == 0 ? random.Next(1, 5) : 1000,
            Writers = random.Next(1, 3),
            VisibilityTimeout = TimeSpan.FromSeconds(random.Next(5, 31)),
            HasStandby = hasStandby,
            MaxReceives = faults.Exists(fault => CostReceives.Contains(fault.Hazard)) ? 40 : 4,
        };
    }

    public override string ToString() =>
        $"{Messages.Count} messages ({Messages.Count(x => x != MessageKind.Good)} bad), "
        + $"{(IsDrain ? "drain" : $"{Workers} workers")}, prefetch {PrefetchCount}, batch {BatchSize}, "
        + $"writers {Writers}, visibility {VisibilityTimeout.TotalSeconds} s, wait {WaitTime.TotalSeconds} s, "
        + $"standby {HasStandby}, redrive after {MaxReceives}"
        + string.Concat(Faults.Select(fault => $"\n  {fault}"));

    private static MessageKind Kind(int draw) => draw switch
    {
        0 => MessageKind.Invalid,
        1 => MessageKind.BadRow,
        _ => MessageKind.Good,
    };

    /// <summary>At the start, or while a fault is there.</summary>
    private static TimeSpan SendTime(List<Fault> faults, Random random)
    {
        if (random.Next(2) == 0)
        {
            return TimeSpan.Zero;
        }

        var fault = faults[random.Next(faults.Count)];
        return fault.From + TimeSpan.FromMilliseconds(random.Next((int)(fault.To - fault.From).TotalMilliseconds));
    }

    private static Fault Fault(Random random)
    {
        var from = random.Next(2) == 0 ? 0 : random.Next(2) == 0 ? random.Next(1_000) : random.Next(80_000);
        var length = random.Next(2) == 0 ? random.Next(1, 3_000) : random.Next(1, 40_000);
        return new Fault(
            All[random.Next(All.Length)],
            TimeSpan.FromMilliseconds(from),
            TimeSpan.FromMilliseconds(from + length),
            random.Next(2) == 0 ? 1 : random.NextDouble(),
            random.Next(1_000));
    }

    /// <summary>A standby that hangs from the start, and is promoted in the middle of that or never.</summary>
    private static IEnumerable<Fault> Hang(Random random)
    {
        var end = TimeSpan.FromSeconds(random.Next(5, 115));
        yield return new Fault(Hazard.StandbyHangs, TimeSpan.Zero, end, 1, 0);
        if (random.Next(2) == 0)
        {
            var at = end * random.NextDouble();
            yield return new Fault(Hazard.Failover, at, at + TimeSpan.FromSeconds(3), 1, 0);
        }
    }
}
