namespace FetchEtl.Local;

internal sealed record MoveTaskEntry
{
    /// <summary>While the task runs.</summary>
    public string? TaskHandle { get; init; }

    public required string Status { get; init; }

    public required string SourceArn { get; init; }

    public string? DestinationArn { get; init; }

    public int? MaxNumberOfMessagesPerSecond { get; init; }

    public required int ApproximateNumberOfMessagesMoved { get; init; }

    public required int ApproximateNumberOfMessagesToMove { get; init; }

    public string? FailureReason { get; init; }

    /// <summary>Unix time in milliseconds.</summary>
    public required long StartedTimestamp { get; init; }
}
