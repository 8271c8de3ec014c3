namespace FetchEtl.Migrations;

/// <summary>How far a conversion is.</summary>
/// <param name="Stage">What is done: <c>copying</c> or <c>comparing</c>.</param>
/// <param name="Done">The blocks that are copied, or the tables that are compared.</param>
/// <param name="Total">All of them.</param>
public readonly record struct PartitionProgress(string Stage, long Done, long Total);
