using FetchEtl.Logins;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>The steps of <c>partitions</c>.</summary>
internal sealed class PartitionsRun(LoginDbContext database, TimeProvider time)
{
    private readonly PartitionUpkeep _upkeep = new(
        database, time, text => StandardError.WriteLine($"fetch-etl: {text}."));

    /// <summary>
    /// Creates partitions ahead, finishes interrupted detaches, and finds what is past retention.
    /// </summary>
    /// <exception cref="UsageException">There is no table, or it is not partitioned.</exception>
    public async Task<PartitionsResult> PrepareAsync(
        RetentionPeriod? keep, int ahead, bool drops, bool isDryRun, CancellationToken cancellationToken)
    {
        var before = await ReadAsync(cancellationToken);
        if (keep is not null && await _upkeep.ExistsAsync(Migrations.PartitionConversion.Kept, cancellationToken))
        {
            PartitionsText.WarnOfKept();
        }

        var today = await _upkeep.ReadTodayAsync(cancellationToken);
        var missing = PartitionUpkeep.Missing(before, today, ahead);
        var pending = before.Partitions.Where(partition => partition.IsDetachPending).ToList();
        if (!isDryRun)
        {
            foreach (var partition in pending)
            {
                await _upkeep.FinalizeAsync(partition, cancellationToken);
            }

            await _upkeep.CreateAsync(missing, cancellationToken);
        }

        var layout = isDryRun ? before : await ReadAsync(cancellationToken);
        var names = before.Partitions.Select(partition => partition.Name).ToHashSet();
        var plan = keep is { } period ? RetentionPlan.Make(layout, period, today, drops) : null;
        return new PartitionsResult(
            layout.Interval ?? PartitionInterval.Month,
            isDryRun
                ? [.. missing.Select(day => DomainText.Date(day))]
                : [.. layout.Partitions.Where(x => !names.Contains(x.Name)).Select(x => x.Name)],
            [.. pending.Select(partition => partition.Name)],
            plan?.FirstKept,
            plan?.Remove ?? [],
            [],
            plan?.Left ?? [],
            Without(layout.Partitions, plan?.Remove ?? []),
            Without(layout.Detached, plan?.Remove ?? []),
            []);
    }

    /// <summary>Removes what was planned, the oldest first.</summary>
    public async Task<PartitionsResult> RemoveAsync(
        PartitionsResult prepared, bool drops, string purpose, CancellationToken cancellationToken)
    {
        if (drops)
        {
            await _upkeep.RequireDroppableAsync(prepared.Planned, cancellationToken);
        }

        var removed = await ProgressDisplay.RunAsync("removing", "partitions", async display =>
        {
            var done = new List<RemovedPartition>();
            foreach (var partition in prepared.Planned)
            {
                display.Report(new WorkProgress(done.Count, prepared.Planned.Count));
                done.Add(await _upkeep.RemoveAsync(
                    partition, drops, purpose, Environment.UserName, SayWaiting, cancellationToken));
            }

            return done;
        });
        var layout = await ReadAsync(cancellationToken);
        return prepared with
        {
            Removed = removed,
            Kept = layout.Partitions,
            Detached = layout.Detached,
            Domains = drops ? await _upkeep.ReadDomainsAsync(cancellationToken) : [],
        };
    }

    private static IReadOnlyList<Partition> Without(IReadOnlyList<Partition> all, IReadOnlyList<Partition> removed) =>
        [.. all.Where(partition => !removed.Contains(partition))];

    private static void SayWaiting(int transactions) => StandardError.WriteLine(
        $"fetch-etl: waits for {Words.Count(transactions, "transaction")} of other sessions that write to "
        + "user_logins.");

    private async Task<PartitionLayout> ReadAsync(CancellationToken cancellationToken) =>
        await PartitionLayout.ReadAsync(database, cancellationToken) switch
        {
            null => throw new UsageException("There is no table user_logins: create it by 'fetch-etl migrate'."),
            { IsPartitioned: false } => throw new UsageException(
                "user_logins is a plain table. 'fetch-etl migrate --partition-by month', or day, partitions it while "
                + "the service writes."),
            var layout when layout.Partitions.FirstOrDefault(partition => partition.IsOtherRange) is { } other =>
                throw new UsageException(
                    $"{other.Name} is a partition of user_logins whose bounds are no days. Retention needs ranges of "
                    + "days, as 'fetch-etl migrate --partition-by' creates them. Nothing was changed."),
            var layout => layout,
        };
}
