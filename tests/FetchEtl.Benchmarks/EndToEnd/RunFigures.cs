using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>The figures of one run of a contender.</summary>
/// <param name="MessagesPerSecond">Messages a second, from its first step to its last committed row.</param>
/// <param name="CpuMicroseconds">CPU time of the process a message in µs, its start included.</param>
/// <param name="PeakMebibytes">The peak of its resident memory in MiB.</param>
/// <param name="RowsPerStatement">The mean number of rows that a statement inserts.</param>
/// <param name="CallsPerMessage">SQS calls a message, by operation.</param>
internal sealed record RunFigures(
    double MessagesPerSecond,
    double CpuMicroseconds,
    double PeakMebibytes,
    double RowsPerStatement,
    IReadOnlyDictionary<string, double> CallsPerMessage)
{
    public double AllCallsPerMessage => CallsPerMessage.Values.Sum();

    /// <summary>Combines the summary that a contender printed and the usage of its process.</summary>
    public static RunFigures Of(DrainSummary summary, ProcessUsage usage) => new(
        summary.MessagesPerSecond,
        usage.Cpu.TotalMicroseconds / summary.Written,
        usage.PeakMebibytes,
        (double)summary.Written / summary.Statements,
        summary.ApiCalls.ToDictionary(x => x.Key, x => (double)x.Value / summary.Written));
}
