namespace FetchEtl.Local;

internal static class ListMessageMoveTasks
{
    public static ListMessageMoveTasksResult Run(SqsCall call, ListMessageMoveTasksRequest request)
    {
        var source = call.QueueByArn(request.SourceArn, "SourceArn");
        if (request.MaxResults is < 1 or > 10)
        {
            throw SqsError.InvalidValue("MaxResults", request.MaxResults, "Must be between 1 and 10, if provided.");
        }

        return new([.. source.MoveTasks.Latest(request.MaxResults ?? 1).Select(task => new MoveTaskEntry
        {
            TaskHandle = task.Status == MoveTaskStatus.Running ? MoveTaskHandle.Write(task.Id, source.Arn) : null,
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
}
