using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Migrations;

namespace FetchEtl.Service;

/// <summary>The steps of <c>partitions</c>.</summary>
internal sealed class PartitionsRun(LoginDatabase database, TimeProvider time)
{
    private readonly PartitionUpkeep _upkeep = new(
        database, time, text => StandardError.WriteLine($"fetch-etl: {text}."));

    private readonly List<RemovedPartition> _removed = [];
    private PartitionsResult? _prepared;
    private Partition? _current;

    /// <summary>
    /// Creates partitions ahead, finishes interrupted detaches, and finds what is past retention.
    /// </summary>
    /// <exception cref="UsageException">There is no table, or it is not partitioned.</exception>
    public async Task<PartitionsResult> PrepareAsync(
        RetentionPeriod? keep, int ahead, bool drops, bool isDryRun, CancellationToken cancellationToken)
    {
        var before = await ReadAsync(cancellationToken);
        if (keep is not null && await _upkeep.ExistsAsync(PartitionConversion.Kept, cancellationToken))
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
        return _prepared = new PartitionsResult(
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
    /// <param name="prepared">The plan.</param>
    /// <param name="drops">Whether partitions are dropped, and not only detached.</param>
    /// <param name="purpose">What the audit log says it is for.</param>
    /// <param name="removed">Receives each partition once it is removed.</param>
    /// <param name="isQuiet">Whether no progress is shown, because the terminal shows each partition.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public async Task<PartitionsResult> RemoveAsync(
        PartitionsResult prepared,
        bool drops,
        string purpose,
        Action<RemovedPartition> removed,
        bool isQuiet,
        CancellationToken cancellationToken)
    {
        if (drops)
        {
            await _upkeep.RequireDroppableAsync(prepared.Planned, cancellationToken);
        }

        await ProgressDisplay.RunAsync(
            "removing",
            "partitions",
            async display =>
            {
                foreach (var partition in prepared.Planned)
                {
                    display.Report(new WorkProgress(_removed.Count, prepared.Planned.Count));
                    cancellationToken.ThrowIfCancellationRequested();
                    _current = partition;
                    _removed.Add(await _upkeep.RemoveAsync(
                        partition, drops, purpose, Environment.UserName, SayWaiting, cancellationToken));
                    _current = null;
                    removed(_removed[^1]);
                }

                return true;
            },
            isQuiet);
        var layout = await ReadAsync(cancellationToken);
        return prepared with
        {
            Removed = _removed,
            Kept = layout.Partitions,
            Detached = layout.Detached,
            Domains = drops ? await _upkeep.ReadDomainsAsync(cancellationToken) : [],
        };
    }

    /// <summary>What was done until a stop, and how to go on, as a line.</summary>
    /// <param name="drops">Whether partitions are dropped, and not only detached.</param>
    public string AtStop(bool drops)
    {
        const string Rest = "Run 'fetch-etl partitions' again with the same options for the rest.";
        if (_prepared is not { } prepared)
        {
            return $"stopped before a partition was removed. What was created stays. {Rest}";
        }

        var done = $"{Words.Number(_removed.Count)} of {Words.Count(prepared.Planned.Count, "partition")} "
            + $"{(drops ? "dropped" : "detached")}, {Words.Number(prepared.Created.Count)} created";
        return _current is { } current
            ? $"stopped: {done}. {current.Name} may be detached already: its rows are then out of user_logins. {Rest}"
            : $"stopped: {done}. {Rest}";
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
                await PartitionConversion.FindUnderWayAsync(
                    database.Connection, cancellationToken) is { } interval
                ? "A conversion of user_logins to partitions is under way: 'fetch-etl migrate --partition-by "
                + $"{Words.Of(interval)}' continues it, and --partition-by none gives it up."
                : "user_logins is a plain table. 'fetch-etl migrate --partition-by month', or day, partitions it while "
                + "the service writes."),
            var layout when layout.Partitions.FirstOrDefault(partition => partition.IsOtherRange) is { } other =>
                throw new UsageException(
                    $"{other.Name} is a partition of user_logins whose bounds are no days. Retention needs ranges of "
                    + "days, as 'fetch-etl migrate --partition-by' creates them. Nothing was changed."),
            var layout => layout,
        };
}
