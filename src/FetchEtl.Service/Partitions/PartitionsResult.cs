using FetchEtl.Logins;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>What <c>partitions</c> found and did.</summary>
/// <param name="Interval">The interval of the table's partitions.</param>
/// <param name="Created">The partitions that were created; with <c>--dry-run</c> their first days.</param>
/// <param name="Finalized">The partitions whose interrupted detach was finished.</param>
/// <param name="FirstKept">The first day that is kept; null without <c>--keep</c>.</param>
/// <param name="Planned">The partitions to be removed.</param>
/// <param name="Removed">Those that were removed.</param>
/// <param name="Left">Those past retention that cannot be removed.</param>
/// <param name="Kept">The partitions that the table has afterwards.</param>
/// <param name="Detached">Detached tables beside it.</param>
/// <param name="Domains">Domains that show dropped rows until they are refreshed.</param>
internal sealed record PartitionsResult(
    PartitionInterval Interval,
    IReadOnlyList<string> Created,
    IReadOnlyList<string> Finalized,
    DateOnly? FirstKept,
    IReadOnlyList<Partition> Planned,
    IReadOnlyList<RemovedPartition> Removed,
    IReadOnlyList<Partition> Left,
    IReadOnlyList<Partition> Kept,
    IReadOnlyList<Partition> Detached,
    IReadOnlyList<string> Domains);
