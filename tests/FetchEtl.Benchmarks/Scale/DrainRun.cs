namespace FetchEtl.Benchmarks;

/// <summary>A queue that several <c>fetch-etl drain</c> processes drain at the same time.</summary>
/// <param name="Speed">Rows a second.</param>
/// <param name="CpuMicroseconds">The CPU time of all processes a message, in µs.</param>
/// <param name="PeakMebibytes">The peak of resident memory of each process, in MiB.</param>
internal sealed record DrainRun(CommitSpan Speed, double CpuMicroseconds, double[] PeakMebibytes)
{
    /// <summary>Fills the queue, drains it and measures.</summary>
    /// <exception cref="MeasurementException">A process failed, or rows are missing.</exception>
    public static async Task<DrainRun> RunAsync(
        MeasuredEstate estate, int messages, int workers, CancellationToken cancellationToken)
    {
        await estate.FillAsync(messages, seed: workers, cancellationToken);
        await estate.CheckpointAsync(cancellationToken);
        var started = await CommitSpan.NowAsync(estate.Database, cancellationToken);
        var drains = Enumerable.Range(0, workers).Select(_ => DrainAsync(estate, cancellationToken));
        var usages = await Task.WhenAll(drains);
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
