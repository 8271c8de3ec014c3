namespace FetchEtl.Benchmarks;

/// <summary>The median of each figure of a contender over the rounds.</summary>
internal sealed record ContenderFigures(
    double MessagesPerSecond,
    double CpuMicroseconds,
    double PeakMebibytes,
    double RowsPerStatement,
    double AllCallsPerMessage,
    IReadOnlyDictionary<string, double> CallsPerMessage)
{
    /// <summary>Takes the medians of the runs.</summary>
    public static ContenderFigures Of(IReadOnlyList<RunFigures> runs) => new(
        Median.Of(runs.Select(x => x.MessagesPerSecond)),
        Median.Of(runs.Select(x => x.CpuMicroseconds)),
        Median.Of(runs.Select(x => x.PeakMebibytes)),
        Median.Of(runs.Select(x => x.RowsPerStatement)),
        Median.Of(runs.Select(x => x.AllCallsPerMessage)),
        runs.SelectMany(x => x.CallsPerMessage.Keys).Distinct().Order(StringComparer.Ordinal).ToDictionary(
            operation => operation,
            operation => Median.Of(runs.Select(x => x.CallsPerMessage.GetValueOrDefault(operation)))));
}
