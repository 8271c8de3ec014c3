namespace FetchEtl.Service;

/// <summary>How a drain ended.</summary>
/// <param name="Summary">What it did.</param>
/// <param name="Left">The messages that SQS counts on the queue; null when SQS does not answer.</param>
/// <param name="IsEmpty">Whether receives and counts have shown that the queue is empty.</param>
internal sealed record DrainResult(DrainSummary Summary, QueueDepth? Left, bool IsEmpty)
{
    /// <summary>A drain that was stopped before it could receive.</summary>
    public static DrainResult Nothing { get; } = new(
        new DrainSummary(0, 0, 0, 0, 0, 0, 0, 0, new Dictionary<string, long>()), Left: null, IsEmpty: false);

    /// <summary>What kept messages on the queue; empty where nothing did, or where nothing watched for it.</summary>
    public IReadOnlyList<string> Obstacles { get; init; } = [];
}
