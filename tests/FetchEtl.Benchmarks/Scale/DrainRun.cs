using System.Text.Json;
using FetchEtl.Benchmarks.Estate;
using FetchEtl.Service.Drain;

namespace FetchEtl.Benchmarks.Scale;

/// <summary>A queue drained by some <c>fetch-etl drain</c> at once.</summary>
/// <param name="MessagesPerSecond">All of them together, by the time of the one that took longest.</param>
/// <param name="CpuMicroseconds">The CPU time of all a message.</param>
/// <param name="PeakMebibytes">The most memory that each had resident.</param>
internal sealed record DrainRun(double MessagesPerSecond, double CpuMicroseconds, double[] PeakMebibytes)
{
    /// <exception cref="MeasurementException">A process failed.</exception>
    public static async Task<DrainRun> RunAsync(MeasuredEstate estate, int messages, int workers, CancellationToken cancellationToken)
    {
        await estate.FillAsync(messages, seed: workers, cancellationToken);
        await estate.SettleDiskAsync(cancellationToken);
        var runs = await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => DrainAsync(estate, cancellationToken)));
        return new DrainRun(
            messages / runs.Max(x => x.Summary.Seconds),
            runs.Sum(x => x.Usage.Cpu.TotalMicroseconds) / messages,
            [.. runs.Select(x => x.Usage.PeakMebibytes)]);
    }

    private static async Task<(DrainSummary Summary, ProcessUsage Usage)> DrainAsync(MeasuredEstate estate, CancellationToken cancellationToken)
    {
        await using var process = MeasuredProcess.StartService(estate.Settings, "drain", "--json");
        var (line, usage) = await process.RunAsync(cancellationToken);
        return (JsonSerializer.Deserialize(line, DrainJson.Default.DrainSummary)!, usage);
    }
}
