using System.CommandLine;
using System.Globalization;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>scale</c>: measures <c>fetch-etl drain</c> with a growing table and with several processes on one queue.
/// It reports rows a second, CPU time and memory.
/// </summary>
internal static class ScaleCommand
{
    private static readonly Option<int[]> Messages = NumberOption.EachAtLeastOne(
        "--messages",
        "How many messages each run drains into the same table, a number for each run.",
        [100_000, 300_000, 1_000_000]);

    private static readonly Option<int[]> Workers = NumberOption.EachAtLeastOne(
        "--workers", "How many processes drain one queue together, a number for each run.", [1, 2, 4]);

    private static readonly Option<int> Shared = NumberOption.AtLeastOne(
        "--shared-messages", "How many messages the processes of a --workers run share.", 300_000);

    public static Command Create()
    {
        var command = new Command(
            "scale",
            """
            Drains growing numbers of messages into one table, which keeps its rows from run to run. Then drains one
            queue with several processes. Prints throughput by PostgreSQL's commit timestamps, CPU time a message and
            the peak of resident memory of each process.
            """)
        {
            Messages,
            Workers,
            Shared,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(command.Name, () => RunAsync(
            parsed.GetValue(Messages)!, parsed.GetValue(Workers)!, parsed.GetValue(Shared), cancellationToken)));
        return command;
    }

    private static async Task RunAsync(int[] messages, int[] workers, int shared, CancellationToken cancellationToken)
    {
        await using var estate = await MeasuredEstate.CreateAsync(cancellationToken);
        Console.WriteLine(
            "| messages | rows before | workers | messages/s | of the second half "
            + "| CPU µs a message | peak RSS MiB, each |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        var rows = 0L;
        foreach (var count in messages)
        {
            Print(count, rows, workers: 1, await DrainRun.RunAsync(estate, count, workers: 1, cancellationToken));
            rows += count;
        }

        foreach (var count in workers)
        {
            await estate.EmptyTableAsync(cancellationToken);
            Print(shared, rowsBefore: 0, count, await DrainRun.RunAsync(estate, shared, count, cancellationToken));
        }
    }

    private static void Print(int messages, long rowsBefore, int workers, DrainRun run)
    {
        var peaks = string.Join(", ", run.PeakMebibytes.Select(x => x.ToString("N0", CultureInfo.InvariantCulture)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {messages:N0} | {rowsBefore:N0} | {workers} "
            + $"| {run.Speed.PerSecond:N0} | {run.Speed.PerSecondOfSecondHalf:N0} "
            + $"| {run.CpuMicroseconds:N1} | {peaks} |"));
    }
}
