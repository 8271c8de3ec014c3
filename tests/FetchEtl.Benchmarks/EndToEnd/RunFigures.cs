using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>One run of a contender.</summary>
/// <param name="MessagesPerSecond">From its first step to the last row committed.</param>
/// <param name="CpuMicroseconds">The process's CPU time a message, its start included.</param>
/// <param name="PeakMebibytes">The most memory it had resident.</param>
/// <param name="RowsPerStatement">The mean batch.</param>
/// <param name="CallsPerMessage">SQS calls a message, by operation.</param>
internal sealed record RunFigures(
    double MessagesPerSecond,
    double CpuMicroseconds,
    double PeakMebibytes,
    double RowsPerStatement,
    IReadOnlyDictionary<string, double> CallsPerMessage)
{
    public double AllCallsPerMessage => CallsPerMessage.Values.Sum();

    public static RunFigures Of(DrainSummary summary, ProcessUsage usage) => new(
        summary.MessagesPerSecond,
        usage.Cpu.TotalMicroseconds / summary.Written,
        usage.PeakMebibytes,
        (double)summary.Written / summary.Statements,
        summary.ApiCalls.ToDictionary(x => x.Key, x => (double)x.Value / summary.Written));
}
