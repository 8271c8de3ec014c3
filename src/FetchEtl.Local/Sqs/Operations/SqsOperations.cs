using System.Collections.Frozen;

namespace FetchEtl.Local;

/// <summary>The operations that are served. AddPermission and RemovePermission are not: nothing here checks permissions.</summary>
internal static class SqsOperations
{
    private static readonly SqsJson Json = SqsJson.Contracts;

    private static readonly FrozenDictionary<string, SqsOperation> ByName = new[]
    {
        SqsOperation.Of("CreateQueue", Json.CreateQueueRequest, Json.QueueUrlResult, CreateQueue.Run),
        SqsOperation.Of("GetQueueUrl", Json.GetQueueUrlRequest, Json.QueueUrlResult, GetQueueUrl.Run),
        SqsOperation.Of("ListQueues", Json.ListQueuesRequest, Json.ListQueuesResult, ListQueues.Run),
        SqsOperation.Of("DeleteQueue", Json.QueueRequest, Json.Nothing, DeleteQueue.Run),
        SqsOperation.Of("PurgeQueue", Json.QueueRequest, Json.Nothing, PurgeQueue.Run),
        SqsOperation.Of("GetQueueAttributes", Json.GetQueueAttributesRequest, Json.GetQueueAttributesResult, GetQueueAttributes.Run),
        SqsOperation.Of("SetQueueAttributes", Json.SetQueueAttributesRequest, Json.Nothing, SetQueueAttributes.Run),
        SqsOperation.Of("SendMessage", Json.SendMessageRequest, Json.SendMessageResult, SendMessage.Run),
        SqsOperation.Of("SendMessageBatch", Json.BatchRequestSendMessageEntry, Json.BatchResultSendMessageResult, SendMessageBatch.Run),
        SqsOperation.Of("ReceiveMessage", Json.ReceiveMessageRequest, Json.ReceiveMessageResult, ReceiveMessage.RunAsync),
        SqsOperation.Of("DeleteMessage", Json.DeleteMessageRequest, Json.Nothing, DeleteMessage.Run),
        SqsOperation.Of("DeleteMessageBatch", Json.BatchRequestDeleteMessageEntry, Json.BatchResultBatchSuccess, DeleteMessageBatch.Run),
        SqsOperation.Of("ChangeMessageVisibility", Json.ChangeMessageVisibilityRequest, Json.Nothing, ChangeMessageVisibility.Run),
        SqsOperation.Of(
            "ChangeMessageVisibilityBatch",
            Json.BatchRequestChangeMessageVisibilityEntry,
            Json.BatchResultBatchSuccess,
            ChangeMessageVisibilityBatch.Run),
        SqsOperation.Of(
            "ListDeadLetterSourceQueues",
            Json.ListDeadLetterSourceQueuesRequest,
            Json.ListDeadLetterSourceQueuesResult,
            ListDeadLetterSourceQueues.Run),
        SqsOperation.Of(
            "StartMessageMoveTask", Json.StartMessageMoveTaskRequest, Json.TaskHandleContract, StartMessageMoveTask.Run),
        SqsOperation.Of(
            "CancelMessageMoveTask", Json.TaskHandleContract, Json.CancelMessageMoveTaskResult, CancelMessageMoveTask.Run),
        SqsOperation.Of(
            "ListMessageMoveTasks", Json.ListMessageMoveTasksRequest, Json.ListMessageMoveTasksResult, ListMessageMoveTasks.Run),
        SqsOperation.Of("TagQueue", Json.TagQueueRequest, Json.Nothing, TagQueue.Run),
        SqsOperation.Of("UntagQueue", Json.UntagQueueRequest, Json.Nothing, UntagQueue.Run),
        SqsOperation.Of("ListQueueTags", Json.QueueRequest, Json.ListQueueTagsResult, ListQueueTags.Run),
    }.ToFrozenDictionary(operation => operation.Name, StringComparer.Ordinal);

    /// <summary>What is served.</summary>
    public static IReadOnlyList<string> Names => ByName.Keys;

    public static SqsOperation Find(string name) =>
        ByName.GetValueOrDefault(name) ?? throw SqsError.UnknownOperation.With($"The operation {name} is not served here.");
}
