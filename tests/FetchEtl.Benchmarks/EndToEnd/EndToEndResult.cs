namespace FetchEtl.Benchmarks;

/// <summary>The result of all rounds.</summary>
/// <param name="Messages">Messages that the hand loop and the service each move in a round.</param>
/// <param name="MessagesOneAtATime">Messages that the other loop moves in a round, one at a time.</param>
/// <param name="Rounds">The number of rounds. Each contender runs once a round.</param>
/// <param name="Cores">The cores that the queue, PostgreSQL and the running contender share.</param>
/// <param name="ServiceToHandLoop">Messages a second: service / hand loop.</param>
/// <param name="ServiceToOneAtATime">Messages a second: service / one at a time.</param>
/// <param name="CpuServiceToHandLoop">CPU time a message: service / hand loop.</param>
/// <param name="Contenders">The medians of each contender.</param>
internal sealed record EndToEndResult(
    int Messages,
    int MessagesOneAtATime,
    int Rounds,
    int Cores,
    Ratio ServiceToHandLoop,
    Ratio ServiceToOneAtATime,
    Ratio CpuServiceToHandLoop,
    IReadOnlyDictionary<Contender, ContenderFigures> Contenders)
{
    /// <summary>Summarizes the runs of all contenders, in the order of the rounds.</summary>
    public static EndToEndResult Of(int messages, IReadOnlyDictionary<Contender, List<RunFigures>> runs)
    {
        var (single, hand, service) = (runs[Contender.OneAtATime], runs[Contender.HandLoop], runs[Contender.Service]);
        return new EndToEndResult(
            messages,
            EndToEndRun.CountFor(Contender.OneAtATime, messages),
            service.Count,
            Environment.ProcessorCount,
            Ratio.Of(service, hand, x => x.MessagesPerSecond),
            Ratio.Of(service, single, x => x.MessagesPerSecond),
            Ratio.Of(service, hand, x => x.CpuMicroseconds),
            runs.ToDictionary(x => x.Key, x => ContenderFigures.Of(x.Value)));
    }
}
