namespace FetchEtl.Maintenance;

/// <summary>What a retention removes from <c>user_logins</c>, and what it cannot.</summary>
/// <param name="FirstKept">The first day that is kept.</param>
/// <param name="Remove">The partitions that go, the oldest first.</param>
/// <param name="Left">Partitions past retention that are no plain tables: they stay.</param>
public sealed record RetentionPlan(
    DateOnly FirstKept, IReadOnlyList<Partition> Remove, IReadOnlyList<Partition> Left)
{
    /// <summary>
    /// Creates a plan. A partition goes where all its days are before the first day that is kept, and before today:
    /// the current one never goes, nor one without days.
    /// </summary>
    /// <param name="layout">The layout.</param>
    /// <param name="keep">How long rows are kept.</param>
    /// <param name="today">The current day.</param>
    /// <param name="drops">
    /// Whether the partitions are dropped: then those past retention go too that an interrupted run has detached.
    /// </param>
    /// <returns>The plan.</returns>
    public static RetentionPlan Make(PartitionLayout layout, RetentionPeriod keep, DateOnly today, bool drops)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var first = keep.FirstKept(today);
        var past = layout.Partitions.Where(IsPast).ToList();
        return new RetentionPlan(
            first,
            [
                .. layout.Detached.Where(table => drops && table.IsDropPending && IsPast(table)),
                .. past.Where(partition => partition.IsPlain),
            ],
            [.. past.Where(partition => !partition.IsPlain)]);

        bool IsPast(Partition partition) => partition.To <= first && partition.To <= today;
    }
}
