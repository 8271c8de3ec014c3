using System.Text;

namespace FetchEtl.Local;

/// <summary>StartMessageMoveTask, CancelMessageMoveTask and ListMessageMoveTasks.</summary>
internal static class MessageMoveTasks
{
    public static MoveTaskHandle Start(ApiCall call, StartMoveTaskInput input)
    {
        var source = call.QueueByArn(input.SourceArn, "SourceArn");
        if (!call.Store.SourcesOf(source).Any())
        {
            throw ApiError.InvalidParameterValue.With("Source queue must be configured as a Dead Letter Queue.");
        }

        if (input.MaxNumberOfMessagesPerSecond is < 1 or > Quotas.MovedPerSecond)
        {
            throw ApiError.OutOfRange(
                "MaxNumberOfMessagesPerSecond", input.MaxNumberOfMessagesPerSecond, 1, Quotas.MovedPerSecond);
        }

        var destination = input.DestinationArn is null ? null : call.QueueByArn(input.DestinationArn, "DestinationArn");
        var task = new MoveTask(
            source, destination, input.MaxNumberOfMessagesPerSecond, call.Store.Time, call.Store.FindByArn);
        source.MoveTasks.Start(task);
        return HandleOf(task, source);
    }

    public static CancelMoveTaskOutput Cancel(ApiCall call, MoveTaskHandle input)
    {
        var (id, sourceArn) = Parse(input.TaskHandle ?? throw ApiError.Missing("TaskHandle"));
        var task = call.QueueByArn(sourceArn, "SourceArn").MoveTasks.Find(id)
            ?? throw ApiError.ResourceNotFound.With("Task does not exist.");
        task.Cancel();
        return new(task.Moved);
    }

    public static ListMoveTasksOutput List(ApiCall call, ListMoveTasksInput input)
    {
        var source = call.QueueByArn(input.SourceArn, "SourceArn");
        if (input.MaxResults is < 1 or > Quotas.ListedMoveTasks)
        {
            throw ApiError.OutOfRange("MaxResults", input.MaxResults, 1, Quotas.ListedMoveTasks);
        }

        return new([.. source.MoveTasks.Latest(input.MaxResults ?? 1).Select(task => new MoveTaskEntry
        {
            TaskHandle = task.Status == MoveTaskStatus.Running ? HandleOf(task, source).TaskHandle : null,
            Status = task.Status.ToString().ToUpperInvariant(),
            SourceArn = source.Arn,
            DestinationArn = task.Destination?.Arn,
            MaxNumberOfMessagesPerSecond = task.MaxNumberOfMessagesPerSecond,
            ApproximateNumberOfMessagesMoved = task.Moved,
            ApproximateNumberOfMessagesToMove = task.ToMove,
            FailureReason = task.FailureReason,
            StartedTimestamp = task.StartedAt,
        })]);
    }

    /// <summary>The task's id and its source queue, in base64.</summary>
    private static MoveTaskHandle HandleOf(MoveTask task, StoredQueue source) =>
        new(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{task.Id} {source.Arn}")));

    private static (Guid Id, string SourceArn) Parse(string handle)
    {
        var bytes = new byte[handle.Length];
        return Convert.TryFromBase64String(handle, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(' ') is [var id, var arn]
            && Guid.TryParse(id, out var guid)
            ? (guid, arn)
            : throw ApiError.InvalidParameterValue.With("Value for parameter TaskHandle is invalid.");
    }
}

internal sealed record StartMoveTaskInput(string? SourceArn, string? DestinationArn, int? MaxNumberOfMessagesPerSecond);

/// <summary>The output of StartMessageMoveTask and the input of CancelMessageMoveTask.</summary>
internal sealed record MoveTaskHandle(string? TaskHandle);

internal sealed record CancelMoveTaskOutput(int ApproximateNumberOfMessagesMoved);

internal sealed record ListMoveTasksInput(string? SourceArn, int? MaxResults);

internal sealed record ListMoveTasksOutput(List<MoveTaskEntry> Results);

internal sealed record MoveTaskEntry
{
    /// <summary>Null unless the task is running.</summary>
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
