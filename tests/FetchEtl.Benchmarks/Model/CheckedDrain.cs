using System.Text.Json;
using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>CPU time in µs: of all workers, of the local SQS, and of PostgreSQL.</summary>
internal sealed record CpuCosts(double Worker, double Sqs, double Database)
{
    /// <summary>
    /// The cost of one message in steady state. A worker is a new process in each drain: what a long drain takes more
    /// than a short one has no start and no compilation in it. The servers run already.
    /// </summary>
    public static CpuCosts PerMessage(CpuCosts few, int fewMessages, CpuCosts many, int manyMessages) => new(
        (many.Worker - few.Worker) / (manyMessages - fewMessages),
        many.Sqs / manyMessages,
        many.Database / manyMessages);
}

/// <summary>A drain whose servers are measured as well.</summary>
/// <param name="Speed">Rows a second.</param>
/// <param name="Cpu">CPU time of the whole drain.</param>
/// <param name="CallsPerMessage">SQS calls of the workers a message.</param>
/// <param name="LogBytes">Bytes of write-ahead log a row.</param>
internal sealed record CheckedDrain(CommitSpan Speed, CpuCosts Cpu, double CallsPerMessage, double LogBytes)
{
    /// <summary>Fills the queue, drains it after a checkpoint and measures.</summary>
    /// <exception cref="MeasurementException">A process failed, or rows are missing.</exception>
    public static async Task<CheckedDrain> RunAsync(
        MeasuredEstate estate, int messages, int workers, int seed, CancellationToken cancellationToken)
    {
        await estate.FillAsync(messages, seed, cancellationToken);
        await estate.CheckpointAsync(cancellationToken);
        var log = await WrittenBytes.OfLogAsync(estate.Database, cancellationToken);
        var (sqs, database) = (ProcessTree.Cpu(estate.SqsProcessId), ProcessTree.Cpu(estate.DatabaseProcessId));
        var started = await CommitSpan.NowAsync(estate.Database, cancellationToken);
        var runs = await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => DrainAsync(estate, cancellationToken)));
        var cpu = new CpuCosts(
            runs.Sum(x => x.Usage.Cpu.TotalMicroseconds),
            (ProcessTree.Cpu(estate.SqsProcessId) - sqs).TotalMicroseconds,
            (ProcessTree.Cpu(estate.DatabaseProcessId) - database).TotalMicroseconds);
        return new CheckedDrain(
            await CommitSpan.SinceAsync(estate.Database, started, messages, cancellationToken),
            cpu,
            runs.Sum(x => (double)x.Summary.TotalApiCalls) / messages,
            (await WrittenBytes.OfLogAsync(estate.Database, cancellationToken) - log) / messages);
    }

    private static async Task<(DrainSummary Summary, ProcessUsage Usage)> DrainAsync(
        MeasuredEstate estate, CancellationToken cancellationToken)
    {
        await using var process = MeasuredProcess.StartService(estate.Settings, "drain", "--json");
        var (line, usage) = await process.RunAsync(cancellationToken);
        return (JsonSerializer.Deserialize(line, DrainJson.Default.DrainSummary)!, usage);
    }
}
