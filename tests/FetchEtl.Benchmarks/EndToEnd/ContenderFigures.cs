namespace FetchEtl.Benchmarks;

/// <summary>A contender's runs as one: the median of each figure over the rounds.</summary>
internal sealed record ContenderFigures(
    double MessagesPerSecond,
    double CpuMicroseconds,
    double PeakMebibytes,
    double RowsPerStatement,
    double AllCallsPerMessage,
    IReadOnlyDictionary<string, double> CallsPerMessage)
{
    public static ContenderFigures Of(IReadOnlyList<RunFigures> runs) => new(
        Median.Of(runs.Select(x => x.MessagesPerSecond)),
        Median.Of(runs.Select(x => x.CpuMicroseconds)),
        Median.Of(runs.Select(x => x.PeakMebibytes)),
        Median.Of(runs.Select(x => x.RowsPerStatement)),
        Median.Of(runs.Select(x => x.AllCallsPerMessage)),
        runs.SelectMany(x => x.CallsPerMessage.Keys).Distinct().Order(StringComparer.Ordinal).ToDictionary(
            operation => operation, operation => Median.Of(runs.Select(x => x.CallsPerMessage.GetValueOrDefault(operation)))));
}
