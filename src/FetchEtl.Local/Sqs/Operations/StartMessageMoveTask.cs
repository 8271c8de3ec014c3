namespace FetchEtl.Local;

internal static class StartMessageMoveTask
{
    public static TaskHandleContract Run(SqsCall call, StartMessageMoveTaskRequest request)
    {
        var source = call.QueueByArn(request.SourceArn, "SourceArn");
        if (!call.Store.SourcesOf(source).Any())
        {
            throw SqsError.InvalidParameterValue.With("Source queue must be configured as a Dead Letter Queue.");
        }

        if (request.MaxNumberOfMessagesPerSecond is < 1 or > 500)
        {
            throw SqsError.InvalidValue(
                "MaxNumberOfMessagesPerSecond", request.MaxNumberOfMessagesPerSecond, "Must be between 1 and 500, if provided.");
        }

        var destination = request.DestinationArn is null ? null : call.QueueByArn(request.DestinationArn, "DestinationArn");
        var task = new MoveTask(
            source, destination, request.MaxNumberOfMessagesPerSecond, call.Store.Time, call.Store.FindByArn);
        source.MoveTasks.Start(task);
        return new(MoveTaskHandle.Write(task.Id, source.Arn));
    }
}
