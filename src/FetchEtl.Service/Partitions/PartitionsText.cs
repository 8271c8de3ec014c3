using System.Text.Json;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Prints what <c>partitions</c> found and did.</summary>
internal static class PartitionsText
{
    /// <summary>Warns where a message can arrive again after its row was dropped.</summary>
    public static void WarnOf(RetentionPeriod keep, DateOnly today)
    {
        if (today.DayNumber - keep.FirstKept(today).DayNumber < RetentionPeriod.RedeliveryDays)
        {
            Warnings.Write(
                $"--keep {keep} is less than {RetentionPeriod.RedeliveryDays} days, in which SQS can deliver a message "
                + "again: 14 days on the queue and 14 as a dead letter. The service then writes the row of a dropped "
                + "partition again, and the next run drops it again");
        }
    }

    /// <summary>Warns where the table from before the conversion still has all rows.</summary>
    public static void WarnOfKept() => Warnings.Write(
        $"{Migrations.PartitionConversion.Kept} still holds the rows from before the conversion, also those "
        + "that --keep removes from user_logins. Drop it: 'fetch-etl migrate --drop-old'");

    /// <summary>Names what is to be removed.</summary>
    public static void WritePlan(PartitionsResult result, bool drops, Action<string> write)
    {
        write($"To be {(drops ? "dropped" : "detached")}, as all their logins are of before "
            + $"{DomainText.Date(result.FirstKept!.Value)}:");
        foreach (var partition in result.Planned)
        {
            write($"  {Describe(partition)}");
        }
    }

    /// <summary>Names a partition that was removed. Beside a document it goes to standard error.</summary>
    public static void WriteRemoved(RemovedPartition removed, bool isJson)
    {
        var line = $"{(removed.IsDropped ? "Dropped" : "Detached")}: {removed.Partition.Name}, "
            + $"{Words.Count(removed.Rows, "row")}, {Size(removed.Partition.Bytes)}"
            + (removed.SealedValues > 0
                ? $", and {Words.Count(removed.SealedValues, "sealed value")} that only they had."
                : ".");
        if (isJson)
        {
            StandardError.WriteLine($"fetch-etl: {line}");
        }
        else
        {
            Console.WriteLine(line);
        }
    }

    /// <summary>Prints the result, but for what was created and removed, which is printed as it happens.</summary>
    public static void Write(PartitionsResult result, bool drops, bool isDryRun, bool isJson)
    {
        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                PartitionsDocument.Of(result, isDryRun), PartitionsJson.Default.PartitionsDocument));
            return;
        }

        if (isDryRun && result.Planned.Count > 0)
        {
            WritePlan(result, drops, Console.WriteLine);
        }

        if (result.FirstKept is { } first && result.Planned.Count == 0)
        {
            Console.WriteLine($"No partition ends before {DomainText.Date(first)}: there is nothing to remove.");
        }

        WriteKept(result);
        foreach (var left in result.Left)
        {
            StandardError.WriteLine(
                $"fetch-etl: {left.Name} is past retention and stays: it is partitioned itself, or a foreign table. "
                + "Detach and drop it by SQL.");
        }

        if (result.Domains.Count > 0 && result.Removed.Count > 0)
        {
            Console.WriteLine(
                $"Domains show dropped logins until they are refreshed ({string.Join(", ", result.Domains)}): run "
                + "'fetch-etl domain refresh --all'.");
        }

        if (isDryRun)
        {
            Console.WriteLine("Nothing was changed.");
        }
    }

    /// <summary>Names what was created.</summary>
    public static void WriteCreated(PartitionsResult result, bool isDryRun)
    {
        if (result.Created.Count > 0)
        {
            Console.WriteLine(isDryRun
                ? $"To be created, one a {Words.Of(result.Interval)}: those of {string.Join(", ", result.Created)}."
                : $"Created: {string.Join(", ", result.Created)}.");
        }

        if (result.Finalized.Count > 0)
        {
            Console.WriteLine(
                $"{(isDryRun ? "Interrupted detach to be finished" : "Interrupted detach finished")}: "
                + $"{string.Join(", ", result.Finalized)}.");
        }
    }

    private static void WriteKept(PartitionsResult result)
    {
        var dated = result.Kept.Where(partition => partition.To is not null).ToList();
        Console.WriteLine(
            $"Kept: {Words.Count(dated.Count, "partition")}"
            + (dated.Count > 0
                ? $" with logins from {DomainText.Date(dated[0].From!.Value)} to before "
                    + $"{DomainText.Date(dated[^1].To!.Value)}, {Rows(dated)}, {Size(dated.Sum(x => x.Bytes))}."
                : "."));
        foreach (var other in result.Kept.Where(partition => partition.To is null && partition.IsDefault))
        {
            Console.WriteLine($"Without a date, never removed: {Describe(other)}");
        }

        foreach (var table in result.Detached)
        {
            Console.WriteLine(
                $"Detached earlier, beside the table: {Describe(table)}"
                + (table.IsDropPending ? " A run with --keep drops it when it is past retention." : string.Empty));
        }
    }

    private static string Describe(Partition partition)
    {
        var days = partition is { From: { } from, To: { } to }
            ? $" ({DomainText.Date(from)} to before {DomainText.Date(to)})"
            : string.Empty;
        return $"{partition.Name}{days}, {Rows([partition])}, {Size(partition.Bytes)}.";
    }

    private static string Rows(IReadOnlyList<Partition> partitions) =>
        partitions.All(partition => partition.EstimatedRows is null)
            ? "rows not counted yet"
            : $"about {Words.Count(partitions.Sum(partition => partition.EstimatedRows ?? 0), "row")}";

    private static string Size(long bytes) => Words.Bytes(bytes);
}
