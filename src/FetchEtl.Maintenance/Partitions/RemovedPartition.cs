namespace FetchEtl.Maintenance;

/// <summary>A partition that was dropped or detached.</summary>
/// <param name="Partition">The partition, as it was.</param>
/// <param name="Rows">The number of its rows, counted after it was detached.</param>
/// <param name="IsDropped">Whether it was dropped.</param>
/// <param name="SealedValues">The entries of <c>pii_vault</c> that only its rows referred to, and that went with it.
/// </param>
public sealed record RemovedPartition(Partition Partition, long Rows, bool IsDropped, long SealedValues);
