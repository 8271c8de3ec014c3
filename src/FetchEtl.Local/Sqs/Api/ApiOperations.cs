using System.Collections.Frozen;

namespace FetchEtl.Local;

/// <summary>The operations of SQS.</summary>
internal static class ApiOperations
{
    private static readonly FrozenDictionary<string, ApiOperation> ByName = new[]
    {
        ApiOperation.Of<CreateQueueInput, QueueUrlOutput>("CreateQueue", CreateQueue.Run),
        ApiOperation.Of<GetQueueUrlInput, QueueUrlOutput>("GetQueueUrl", GetQueueUrl.Run),
        ApiOperation.Of<ListQueuesInput, ListQueuesOutput>("ListQueues", ListQueues.Run),
        ApiOperation.Of<ListSourceQueuesInput, ListSourceQueuesOutput>(
            "ListDeadLetterSourceQueues", ListQueues.RunForSources),
        ApiOperation.Of<QueueInput, NoOutput>("DeleteQueue", DeleteQueue.Run),
        ApiOperation.Of<QueueInput, NoOutput>("PurgeQueue", PurgeQueue.Run),
        ApiOperation.Of<GetQueueAttributesInput, GetQueueAttributesOutput>("GetQueueAttributes", QueueAttributes.Get),
        ApiOperation.Of<SetQueueAttributesInput, NoOutput>("SetQueueAttributes", QueueAttributes.Set),
        ApiOperation.Of<AddPermissionInput, NoOutput>("AddPermission", QueuePermissions.Add),
        ApiOperation.Of<RemovePermissionInput, NoOutput>("RemovePermission", QueuePermissions.Remove),
        ApiOperation.Of<TagQueueInput, NoOutput>("TagQueue", QueueTags.Add),
        ApiOperation.Of<UntagQueueInput, NoOutput>("UntagQueue", QueueTags.Remove),
        ApiOperation.Of<QueueInput, ListQueueTagsOutput>("ListQueueTags", QueueTags.List),
        ApiOperation.Of<SendMessageInput, SendMessageOutput>("SendMessage", SendMessage.Run),
        ApiOperation.Of<BatchInput<SendMessageEntry>, BatchOutput<SendMessageOutput>>(
            "SendMessageBatch", SendMessage.RunBatch),
        ApiOperation.Of<ReceiveMessageInput, ReceiveMessageOutput>("ReceiveMessage", ReceiveMessage.RunAsync),
        ApiOperation.Of<DeleteMessageInput, NoOutput>("DeleteMessage", DeleteMessage.Run),
        ApiOperation.Of<BatchInput<DeleteMessageEntry>, BatchOutput<EntryId>>(
            "DeleteMessageBatch", DeleteMessage.RunBatch),
        ApiOperation.Of<ChangeVisibilityInput, NoOutput>("ChangeMessageVisibility", ChangeMessageVisibility.Run),
        ApiOperation.Of<BatchInput<ChangeVisibilityEntry>, BatchOutput<EntryId>>(
            "ChangeMessageVisibilityBatch", ChangeMessageVisibility.RunBatch),
        ApiOperation.Of<StartMoveTaskInput, MoveTaskHandle>("StartMessageMoveTask", MessageMoveTasks.Start),
        ApiOperation.Of<MoveTaskHandle, CancelMoveTaskOutput>("CancelMessageMoveTask", MessageMoveTasks.Cancel),
        ApiOperation.Of<ListMoveTasksInput, ListMoveTasksOutput>("ListMessageMoveTasks", MessageMoveTasks.List),
    }.ToFrozenDictionary(operation => operation.Name, StringComparer.Ordinal);

    public static IReadOnlyList<string> Names => ByName.Keys;

    public static ApiOperation Find(string name) =>
        ByName.GetValueOrDefault(name)
            ?? throw ApiError.UnknownOperation.With($"The action {name} is not valid for this endpoint.");
}
