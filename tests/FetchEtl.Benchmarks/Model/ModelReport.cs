using System.Globalization;

namespace FetchEtl.Benchmarks;

/// <summary>Predictions as Markdown tables.</summary>
internal static class ModelReport
{
    /// <summary>Writes several rates side by side.</summary>
    public static void Write(TextWriter output, IEnumerable<(LoadAssumptions Given, LoadPrediction Predicted)> rates)
    {
        var all = rates.ToList();
        output.WriteLine($"| messages/s | {string.Join(" | ", all.Select(x => Text($"{x.Given.Rate:N0}")))} |");
        output.WriteLine($"| --- |{string.Concat(all.Select(_ => " --- |"))}");
        foreach (var line in all.SelectMany(x => Needs(x.Predicted)).GroupBy(x => x.Name, x => x.Value))
        {
            output.WriteLine($"| {line.Key} | {string.Join(" | ", line)} |");
        }
    }

    /// <summary>Writes one prediction, its limits and its assumptions.</summary>
    public static void Write(TextWriter output, LoadAssumptions given, LoadPrediction predicted)
    {
        WriteTable(output, Text($"{given.Rate:N0} messages/s need"), Needs(predicted));
        WriteTable(output, "a worker's limits, messages/s", predicted.Limits.Select(x =>
            (x.Name, Text($"{x.MessagesPerSecond:N0}"))));
        WriteTable(output, "assumed", Assumptions(given));
        foreach (var warning in predicted.Warnings)
        {
            output.WriteLine($"Warning: {warning}");
        }
    }

    private static IEnumerable<(string Name, string Value)> Needs(LoadPrediction predicted)
    {
        yield return ("workers", Text($"{predicted.Workers:N0}"));
        yield return ("hours to catch up after an outage of one", Text($"{predicted.CatchUpHours:N1}"));
        yield return ("messages a receive, a delete",
            Text($"{predicted.MessagesPerReceive:N1}, {predicted.MessagesPerDelete:N1}"));
        yield return ("SQS calls a message", Text($"{predicted.CallsPerMessage:N3}"));
        yield return ("SQS calls a second", Text($"{predicted.CallsPerSecond:N0}"));
        yield return ("ms in flight", Text($"{predicted.MillisecondsInFlight:N0}"));
        yield return ("messages in flight", Text($"{predicted.InFlight:N0}"));
        yield return ("the same with a backlog", Text($"{predicted.MostInFlight:N0}"));
        yield return ("rows a statement", Text($"{predicted.RowsPerStatement:N1}"));
        yield return ("commits a second", Text($"{predicted.CommitsPerSecond:N0}"));
        yield return ("busy cores of PostgreSQL", Text($"{predicted.DatabaseCores:N2}"));
        yield return ("WAL of rows, of full pages, MB/s",
            Text($"{predicted.WalMegabytesPerSecond:N1}, {predicted.FullPageMegabytesPerSecond:N1}"));
        yield return ("unique index in memory, GB", Text($"{predicted.IndexGigabytes:N1}"));
        yield return ("table, GB a day", Text($"{predicted.TableGigabytesPerDay:N1}"));
        yield return ("connections to PostgreSQL", Text($"{predicted.Connections:N0}"));
        yield return ("KEDA's queueLength", predicted.QueueLength.ToString(CultureInfo.InvariantCulture));
        yield return ("SQS calls, USD a month", Text($"{predicted.CallsCost:N0}"));
        yield return ("workers, USD a month", Text($"{predicted.WorkersCost:N0}"));
        yield return ("both, USD a million messages", Text($"{predicted.CostPerMillion:N3}"));
    }

    private static IEnumerable<(string Name, string Value)> Assumptions(LoadAssumptions given)
    {
        yield return ("CPU of a worker a message, µs (measured)", Text($"{given.WorkerMicroseconds}"));
        yield return ("cores, GiB of a worker", Text($"{given.WorkerCores}, {given.WorkerGibibytes}"));
        yield return ("share of its capacity to use", Text($"{given.Utilisation}"));
        yield return ("receive, delete, ms", Text($"{given.ReceiveMilliseconds}, {given.DeleteMilliseconds}"));
        yield return ("statement without its rows, ms", Text($"{given.CommitMilliseconds}"));
        yield return ("CPU of PostgreSQL a row, µs (measured)", Text($"{given.DatabaseMicroseconds}"));
        yield return ("bytes a row of table, index, WAL; of a full page (measured)",
            Text($"{given.RowBytes}, {given.IndexBytes}, {given.WalBytes}; {given.PageBytes}"));
        yield return ("rows of the partition, s between checkpoints",
            Text($"{given.PartitionRows ?? (given.Rate * 86_400):N0}, {given.CheckpointSeconds}"));
        yield return ("prefetch, writers, batch size, visibility timeout in s",
            Text($"{given.Prefetch}, {given.Writers}, {given.BatchSize}, {given.VisibilitySeconds}"));
        yield return ("queue", given.Fifo ? "FIFO, without high throughput" : "standard");
        yield return ("seconds of backlog before KEDA adds a worker", Text($"{given.BacklogSeconds}"));
        yield return ("core, GiB an hour in USD", Text($"{given.CorePrice}, {given.GibibytePrice}"));
    }

    private static void WriteTable(TextWriter output, string title, IEnumerable<(string Name, string Value)> lines)
    {
        output.WriteLine($"| {title} | |");
        output.WriteLine("| --- | --- |");
        foreach (var (name, value) in lines)
        {
            output.WriteLine($"| {name} | {value} |");
        }

        output.WriteLine();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
