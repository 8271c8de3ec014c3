namespace FetchEtl.Benchmarks;

/// <summary>Samples a contender while it moves the messages of a queue.</summary>
/// <param name="estate">The queue and the table.</param>
/// <param name="messages">How many messages are on the queue.</param>
/// <param name="after">The time from the contender's start to the first sample.</param>
/// <param name="duration">The time from the first sample to the last, in whole seconds.</param>
internal sealed class ProfileRun(MeasuredEstate estate, int messages, TimeSpan after, TimeSpan duration)
{
    /// <summary>Runs a contender and samples it.</summary>
    /// <exception cref="MeasurementException">
    /// The contender failed or ended before the last sample, or <c>perf</c> failed.
    /// </exception>
    public async Task<Profile> RunAsync(Contender contender, CancellationToken cancellationToken)
    {
        var run = new EndToEndRun(estate, messages, seed: 1, Perf.Settings);
        await using var process = await run.StartAsync(contender, cancellationToken);
        var ended = process.RunAsync(cancellationToken);
        await Task.Delay(after, cancellationToken);

        using var perf = new Perf(process.Id);
        var (from, before) = (await CommitSpan.NowAsync(estate.Database, cancellationToken), process.Usage.Cpu);
        await perf.RecordAsync(duration, cancellationToken);
        if (ended.IsCompleted)
        {
            await ended;
            throw new MeasurementException($"{contender} ended before its profile did. Give it more --messages.");
        }

        var cpu = process.Usage.Cpu - before;
        var to = await CommitSpan.NowAsync(estate.Database, cancellationToken);
        await ended;

        var samples = await perf.ReadAsync(cancellationToken);
        return new Profile(
            samples.CountBy(CpuPart.Of).ToDictionary(),
            cpu,
            await CommitSpan.CountAsync(estate.Database, from, to, cancellationToken),
            to - from);
    }
}
