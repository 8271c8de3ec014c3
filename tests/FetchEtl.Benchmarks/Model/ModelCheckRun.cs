using System.Diagnostics;
using Amazon.SQS.Model;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Measures what the model needs of this machine, predicts other runs from it, and measures these.
/// </summary>
internal sealed class ModelCheckRun(MeasuredEstate estate, int messages, int rate, TimeSpan duration)
{
    private const int Probes = 200;

    // A short and a long drain: their difference is the cost of a message without the start.
    private const int Shorter = 4;

    // So many rows, relative to those that are there, follow a checkpoint: most of them change another page.
    private const int Later = 100;

    private static readonly string[] Programs = ["worker", "local SQS", "PostgreSQL"];

    /// <summary>Runs all parts. It reports each to standard error.</summary>
    public async Task<IReadOnlyList<CheckedFigure>> RunAsync(CancellationToken cancellationToken)
    {
        var few = await DrainAsync(messages / Shorter, workers: 1, seed: 1, cancellationToken);
        var many = await DrainAsync(messages, workers: 1, seed: 2, cancellationToken);
        var cost = CpuCosts.PerMessage(few.Cpu, messages / Shorter, many.Cpu, messages);
        double[] costs = [cost.Worker, cost.Sqs, cost.Database];
        await Console.Error.WriteLineAsync(FormattableString.Invariant(
            $"CPU µs a message: {string.Join(", ", Programs.Zip(costs, (x, y) => $"{x} {y:N1}"))}"));

        var speed = LoadModel.OnSharedCores(Environment.ProcessorCount, costs);
        var one = await DrainAsync(messages, workers: 1, seed: 3, cancellationToken);
        var two = await DrainAsync(messages, workers: 2, seed: 4, cancellationToken);
        var size = await WrittenBytes.OfTableAsync(estate.Database, cancellationToken) / messages;
        var late = await CheckedDrain.RunAsync(estate, messages / Later, workers: 1, seed: 5, cancellationToken);
        var call = await MeanAsync(ReceiveAsync, cancellationToken);
        var given = new LoadAssumptions
        {
            Rate = rate,
            WorkerMicroseconds = cost.Worker,
            DatabaseMicroseconds = cost.Database,
            ReceiveMilliseconds = call,
            DeleteMilliseconds = call,
            CommitMilliseconds = await MeanAsync(CommitAsync, cancellationToken),
        };
        await Console.Error.WriteLineAsync(FormattableString.Invariant(
            $"ms: receive {given.ReceiveMilliseconds:N2}, commit {given.CommitMilliseconds:N2}"));
        await estate.EmptyTableAsync(cancellationToken);
        var steady = await new SteadyRun(estate, rate, duration).RunAsync(cancellationToken);

        var slow = LoadModel.Predict(given);
        var afterCheckpoint = given with
        {
            Rate = messages / Later,
            CheckpointSeconds = 1,
            PartitionRows = messages,
        };
        var logBytes = given.WalBytes
            + (LoadModel.FullPages(afterCheckpoint) * given.PageBytes / afterCheckpoint.Rate);
        return
        [
            new("messages/s of a full queue, one worker", speed, one.Speed.PerSecondOfSecondHalf),
            new("messages/s of a full queue, two workers", speed, two.Speed.PerSecondOfSecondHalf),
            new("SQS calls a message, full queue", LoadModel.CallsOfFullQueue, one.CallsPerMessage),
            new("bytes of table and index a row", given.RowBytes + given.IndexBytes, size),
            new("bytes of log a row", given.WalBytes, one.LogBytes),
            new($"bytes of log a row, {messages / Later} rows after a checkpoint", logBytes, late.LogBytes),
            new($"SQS calls a message at {rate}/s", slow.CallsPerMessage, steady.CallsPerMessage),
            new($"rows a statement at {rate}/s", slow.RowsPerStatement, steady.RowsPerStatement),
            new($"messages in flight at {rate}/s", slow.InFlight, steady.InFlight),
        ];
    }

    private async Task<CheckedDrain> DrainAsync(
        int count, int workers, int seed, CancellationToken cancellationToken)
    {
        await estate.EmptyTableAsync(cancellationToken);
        var drain = await CheckedDrain.RunAsync(estate, count, workers, seed, cancellationToken);
        await Console.Error.WriteLineAsync(FormattableString.Invariant(
            $"{count:N0} messages, {workers} workers: {drain.Speed.PerSecondOfSecondHalf:N0}/s in the second half"));
        return drain;
    }

    private static async Task<double> MeanAsync(
        Func<CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < Probes; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await call(cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return times.Average();
    }

    private Task ReceiveAsync(CancellationToken cancellationToken) => estate.Client.ReceiveMessageAsync(
        new ReceiveMessageRequest(estate.QueueUrl) { WaitTimeSeconds = 0 }, cancellationToken);

    // A transaction that writes nothing but a record of the log, and waits for the disk like every commit.
    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        await using var command = estate.Database.CreateCommand(
            "SELECT pg_catalog.pg_logical_emit_message(true, 'model', ''::text)");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
