namespace FetchEtl.Benchmarks;

/// <summary>A queue drained by some <c>fetch-etl drain</c> at once.</summary>
/// <param name="Speed">How fast rows came in.</param>
/// <param name="CpuMicroseconds">The CPU time of all a message.</param>
/// <param name="PeakMebibytes">The most memory that each had resident.</param>
internal sealed record DrainRun(CommitSpan Speed, double CpuMicroseconds, double[] PeakMebibytes)
{
    /// <exception cref="MeasurementException">A process failed, or rows are missing.</exception>
    public static async Task<DrainRun> RunAsync(MeasuredEstate estate, int messages, int workers, CancellationToken cancellationToken)
    {
        await estate.FillAsync(messages, seed: workers, cancellationToken);
        await estate.SettleDiskAsync(cancellationToken);
        var started = await CommitSpan.NowAsync(estate.Database, cancellationToken);
        var usages = await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => DrainAsync(estate, cancellationToken)));
        return new DrainRun(
            await CommitSpan.SinceAsync(estate.Database, started, messages, cancellationToken),
            usages.Sum(x => x.Cpu.TotalMicroseconds) / messages,
            [.. usages.Select(x => x.PeakMebibytes)]);
    }

    private static async Task<ProcessUsage> DrainAsync(MeasuredEstate estate, CancellationToken cancellationToken)
    {
        await using var process = MeasuredProcess.StartService(estate.Settings, "drain", "--json");
        return (await process.RunAsync(cancellationToken)).Usage;
    }
}
