using System.CommandLine;
using System.Globalization;
using FetchEtl.Benchmarks.Estate;

namespace FetchEtl.Benchmarks.Scale;

internal static class ScaleCommand
{
    private static readonly Option<int[]> Messages = new("--messages")
    {
        Description = "How many messages are drained into the one table, run after run.",
        DefaultValueFactory = _ => [100_000, 300_000, 1_000_000],
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int[]> Workers = new("--workers")
    {
        Description = "How many processes drain one queue together, run after run.",
        DefaultValueFactory = _ => [1, 2, 4],
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<int> Shared = NumberOption.AtLeastOne("--shared-messages", "How many messages those share.", 300_000);

    public static Command Create()
    {
        var command = new Command(
            "scale",
            """
            Drains ever more messages into one table, which keeps its rows from run to run, then one queue by several processes. Prints
            throughput, the most memory a process had resident, and CPU time a message.
            """)
        {
            Messages,
            Workers,
            Shared,
        };
        command.SetAction((parsed, cancellationToken) => Measurement.RunAsync(
            () => RunAsync(parsed.GetValue(Messages)!, parsed.GetValue(Workers)!, parsed.GetValue(Shared), cancellationToken)));
        return command;
    }

    private static async Task RunAsync(int[] messages, int[] workers, int shared, CancellationToken cancellationToken)
    {
        await using var estate = await MeasuredEstate.CreateAsync(cancellationToken);
        Console.WriteLine("| messages | rows before | workers | messages/s | CPU µs a message | peak RSS MiB, each |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        var rows = 0L;
        foreach (var count in messages)
        {
            Print(count, rows, workers: 1, await DrainRun.RunAsync(estate, count, workers: 1, cancellationToken));
            rows += count;
            await estate.RequireRowsAsync(rows, cancellationToken);
        }

        foreach (var count in workers)
        {
            await estate.EmptyTableAsync(cancellationToken);
            Print(shared, rowsBefore: 0, count, await DrainRun.RunAsync(estate, shared, count, cancellationToken));
            await estate.RequireRowsAsync(shared, cancellationToken);
        }
    }

    private static void Print(int messages, long rowsBefore, int workers, DrainRun run)
    {
        var peaks = string.Join(", ", run.PeakMebibytes.Select(x => x.ToString("N0", CultureInfo.InvariantCulture)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {messages:N0} | {rowsBefore:N0} | {workers} | {run.MessagesPerSecond:N0} | {run.CpuMicroseconds:N1} | {peaks} |"));
    }
}
