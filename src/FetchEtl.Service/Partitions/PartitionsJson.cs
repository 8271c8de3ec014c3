using System.Text.Json.Serialization;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PartitionsDocument))]
internal sealed partial class PartitionsJson : JsonSerializerContext;

/// <summary>The document of <c>partitions --json</c>; docs/partitions.md describes it.</summary>
internal sealed record PartitionsDocument(
    bool DryRun,
    string Interval,
    IReadOnlyList<string> Created,
    IReadOnlyList<string> Finalized,
    DateOnly? FirstKept,
    IReadOnlyList<PartitionJson> Planned,
    IReadOnlyList<RemovedJson> Removed,
    IReadOnlyList<PartitionJson> Left,
    IReadOnlyList<PartitionJson> Kept,
    IReadOnlyList<PartitionJson> Detached,
    IReadOnlyList<string> DomainsToRefresh)
{
    public static PartitionsDocument Of(PartitionsResult result, bool isDryRun) => new(
        isDryRun,
        Words.Of(result.Interval),
        result.Created,
        result.Finalized,
        result.FirstKept,
        [.. result.Planned.Select(PartitionJson.Of)],
        [.. result.Removed.Select(RemovedJson.Of)],
        [.. result.Left.Select(PartitionJson.Of)],
        [.. result.Kept.Select(PartitionJson.Of)],
        [.. result.Detached.Select(PartitionJson.Of)],
        result.Domains);
}

/// <summary>A partition, with PostgreSQL's estimate of its rows.</summary>
internal sealed record PartitionJson(string Name, DateOnly? From, DateOnly? To, long? EstimatedRows, long Bytes)
{
    public static PartitionJson Of(Partition partition) => new(
        partition.Name, partition.From, partition.To, partition.EstimatedRows, partition.Bytes);
}

/// <summary>A partition that was removed, with its exact number of rows.</summary>
internal sealed record RemovedJson(
    string Name, DateOnly? From, DateOnly? To, long Rows, long Bytes, bool Dropped, long SealedValues)
{
    public static RemovedJson Of(RemovedPartition removed) => new(
        removed.Partition.Name, removed.Partition.From, removed.Partition.To, removed.Rows, removed.Partition.Bytes,
        removed.IsDropped, removed.SealedValues);
}
