namespace FetchEtl.Benchmarks;

/// <summary>What a schedule is about, where it is not left to the seed alone.</summary>
internal enum Focus
{
    /// <summary>The seed decides everything.</summary>
    None,

    /// <summary>A receive fails while its worker stops.</summary>
    FailingStop,

    /// <summary><c>drain</c> returns messages, or loses the replies that brought them, while SQS counts none.</summary>
    HiddenMessages,

    /// <summary>Rows are refused, and then their statements lose against others.</summary>
    RefusedConflicts,
}

/// <summary>Plans for cases that chance alone brings about once in ten thousand schedules.</summary>
internal static class FocusedPlans
{
    public static SchedulePlan Of(int seed, Focus focus)
    {
        var plan = SchedulePlan.Of(seed);
        return focus switch
        {
            Focus.FailingStop => plan with
            {
                IsDrain = false,
                Workers = 1,
                WaitTime = TimeSpan.FromSeconds(1),
                Faults = [Fault(Hazard.RepliesLost, 0, 60, 0.5), Fault(Hazard.WorkerStopped, 30, 40, 1)],
                MaxReceives = 1_000,
            },
            Focus.HiddenMessages => plan with
            {
                IsDrain = true,
                Workers = 1,
                WaitTime = TimeSpan.FromSeconds(1),
                Faults =
                [
                    Fault(Hazard.EntriesRefused, 0, 20, 0.5),
                    Fault(Hazard.RepliesLost, 0, 2, 0.5),
                    Fault(Hazard.CountsStale, 0, 60, 1),
                ],
                MaxReceives = 1_000,
            },
            Focus.RefusedConflicts => plan with
            {
                Messages = [.. Enumerable.Repeat(MessageKind.Good, 40)],
                SentAt = [.. Enumerable.Repeat(TimeSpan.Zero, 40)],
                PrefetchCount = 40,
                Faults = [Fault(Hazard.RowsDropped, 0, 0.3, 0.4), Fault(Hazard.Deadlocks, 0.3, 30, 1)],
            },
            _ => plan,
        };
    }

    private static Fault Fault(Hazard hazard, double from, double to, double share) =>
        new(hazard, TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to), share, Choice: 0);
}
