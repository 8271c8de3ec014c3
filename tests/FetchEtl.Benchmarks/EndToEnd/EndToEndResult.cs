namespace FetchEtl.Benchmarks;

/// <summary>All rounds.</summary>
/// <param name="Messages">Moved in a round by the hand loop and the service each.</param>
/// <param name="MessagesOneAtATime">Moved in a round one at a time.</param>
/// <param name="Rounds">How often each had its turn.</param>
/// <param name="Cores">Shared by the queue, PostgreSQL and whoever has its turn.</param>
/// <param name="ServiceToHandLoop">Messages a second, service over hand loop.</param>
/// <param name="ServiceToOneAtATime">Messages a second, service over one at a time.</param>
/// <param name="CpuServiceToHandLoop">CPU time a message, service over hand loop.</param>
/// <param name="Contenders">What each did.</param>
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
