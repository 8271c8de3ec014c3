using FetchEtl.Logins;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Judges the partitions of <c>user_logins</c>.</summary>
internal static class TablePartitions
{
    private const string Daily = "run 'fetch-etl partitions' daily";

    /// <summary>A conversion to partitions that is under way, or was interrupted.</summary>
    /// <param name="interval">The interval of its partitions.</param>
    public static Finding UnderWay(PartitionInterval interval) => Checks.Table.Warn(
        "a conversion of user_logins to partitions is under way: until its end, rekey, adopt, erase and subject erase "
        + "are refused",
        $"continue it by 'fetch-etl migrate --partition-by {Words.Of(interval)}', or give it up by 'fetch-etl migrate "
        + "--partition-by none'");

    /// <param name="layout">The layout.</param>
    /// <param name="today">The current day, in UTC.</param>
    /// <returns>The findings; none for a plain table.</returns>
    public static IEnumerable<Finding> Judge(PartitionLayout layout, DateOnly today)
    {
        if (!layout.IsPartitioned)
        {
            yield break;
        }

        foreach (var partition in layout.Partitions.Where(partition => partition.IsDetachPending))
        {
            yield return Checks.Table.Warn(
                $"a detach of {partition.Name} was interrupted, so its rows are not in the table",
                "run 'fetch-etl partitions', which finishes it");
        }

        foreach (var partition in layout.Partitions.Where(partition => partition.IsOtherRange))
        {
            yield return Checks.Table.Warn(
                $"{partition.Name} is a partition of user_logins whose bounds are no days, so 'fetch-etl partitions' "
                + "refuses the table",
                "use ranges of days, as 'fetch-etl migrate --partition-by' creates them");
        }

        foreach (var table in layout.Detached.Where(table => table.IsDropPending))
        {
            yield return Checks.Table.Warn(
                $"{table.Name} was detached to be dropped, and is still there",
                "run 'fetch-etl partitions --keep' again, as before");
        }

        var dated = layout.Partitions.Where(partition => partition.To is not null).ToList();
        var interval = Words.Of(layout.Interval ?? PartitionInterval.Month);
        if (PartitionUpkeep.Missing(layout, today, ahead: 1).Count > 0)
        {
            yield return Checks.Table.Warn(
                $"user_logins lacks its partition of this {interval} or the next one: the service creates it with the "
                + "first row, which waits for that",
                Daily);
        }
        else
        {
            yield return Checks.Table.Ok(
                $"user_logins is partitioned by {interval}: {Words.Count(dated.Count, "partition")}, the last one ends "
                + $"before {DomainText.Date(dated[^1].To!.Value)}");
        }
    }
}
