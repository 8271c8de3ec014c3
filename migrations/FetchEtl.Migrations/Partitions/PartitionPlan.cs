namespace FetchEtl.Migrations;

/// <summary>What a conversion to partitions is about to do.</summary>
/// <param name="Rows">The rows of <c>user_logins</c>.</param>
/// <param name="Bytes">The size of the table with its indexes. The conversion needs about as much again.</param>
/// <param name="Partitions">The partitions that these rows need, without those ahead.</param>
public sealed record PartitionPlan(long Rows, long Bytes, long Partitions);
