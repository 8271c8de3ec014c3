using System.CommandLine;
using System.Globalization;

namespace FetchEtl.Benchmarks;

internal static class ScaleCommand
{
    private static readonly Option<int[]> Messages = NumberOption.EachAtLeastOne(
        "--messages", "How many messages are drained into the one table, run after run.", [100_000, 300_000, 1_000_000]);

    private static readonly Option<int[]> Workers = NumberOption.EachAtLeastOne(
        "--workers", "How many processes drain one queue together, run after run.", [1, 2, 4]);

    private static readonly Option<int> Shared = NumberOption.AtLeastOne("--shared-messages", "How many messages those share.", 300_000);

    public static Command Create()
    {
        var command = new Command(
            "scale",
            """
            Drains ever more messages into one table, which keeps its rows from run to run, then one queue by several processes. Prints
            throughput by PostgreSQL's commit timestamps, CPU time a message and the most memory that each process had resident.
            """)
        {
            Messages,
            Workers,
            Shared,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(
            command.Name, () => RunAsync(parsed.GetValue(Messages)!, parsed.GetValue(Workers)!, parsed.GetValue(Shared), cancellationToken)));
        return command;
    }

    private static async Task RunAsync(int[] messages, int[] workers, int shared, CancellationToken cancellationToken)
    {
        await using var estate = await MeasuredEstate.CreateAsync(cancellationToken);
        Console.WriteLine("| messages | rows before | workers | messages/s | of the second half | CPU µs a message | peak RSS MiB, each |");
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
            $"| {messages:N0} | {rowsBefore:N0} | {workers} | {run.Speed.PerSecond:N0} | {run.Speed.PerSecondOfSecondHalf:N0} "
            + $"| {run.CpuMicroseconds:N1} | {peaks} |"));
    }
}
