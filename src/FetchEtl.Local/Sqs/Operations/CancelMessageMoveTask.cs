namespace FetchEtl.Local;

internal static class CancelMessageMoveTask
{
    public static CancelMessageMoveTaskResult Run(SqsCall call, TaskHandleContract request)
    {
        var (id, sourceArn) = MoveTaskHandle.Parse(request.TaskHandle);
        var task = call.QueueByArn(sourceArn, "SourceArn").MoveTasks.Find(id)
            ?? throw SqsError.ResourceNotFound.With("Task does not exist.");
        task.Cancel();
        return new(task.Moved);
    }
}
