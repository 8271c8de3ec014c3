using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FetchEtl.Local;

/// <summary>How the contracts are read and written. Numbers may be strings, because the Query protocol has nothing else.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(SendMessageResult))]
[JsonSerializable(typeof(BatchRequest<SendMessageEntry>))]
[JsonSerializable(typeof(BatchResult<SendMessageResult>))]
[JsonSerializable(typeof(ReceiveMessageRequest))]
[JsonSerializable(typeof(ReceiveMessageResult))]
[JsonSerializable(typeof(DeleteMessageRequest))]
[JsonSerializable(typeof(BatchRequest<DeleteMessageEntry>))]
[JsonSerializable(typeof(ChangeMessageVisibilityRequest))]
[JsonSerializable(typeof(BatchRequest<ChangeMessageVisibilityEntry>))]
[JsonSerializable(typeof(BatchResult<BatchSuccess>))]
[JsonSerializable(typeof(CreateQueueRequest))]
[JsonSerializable(typeof(QueueRequest))]
[JsonSerializable(typeof(GetQueueUrlRequest))]
[JsonSerializable(typeof(QueueUrlResult))]
[JsonSerializable(typeof(ListQueuesRequest))]
[JsonSerializable(typeof(ListQueuesResult))]
[JsonSerializable(typeof(ListDeadLetterSourceQueuesRequest))]
[JsonSerializable(typeof(ListDeadLetterSourceQueuesResult))]
[JsonSerializable(typeof(GetQueueAttributesRequest))]
[JsonSerializable(typeof(GetQueueAttributesResult))]
[JsonSerializable(typeof(SetQueueAttributesRequest))]
[JsonSerializable(typeof(TagQueueRequest))]
[JsonSerializable(typeof(UntagQueueRequest))]
[JsonSerializable(typeof(ListQueueTagsResult))]
[JsonSerializable(typeof(StartMessageMoveTaskRequest))]
[JsonSerializable(typeof(TaskHandleContract))]
[JsonSerializable(typeof(CancelMessageMoveTaskResult))]
[JsonSerializable(typeof(ListMessageMoveTasksRequest))]
[JsonSerializable(typeof(ListMessageMoveTasksResult))]
[JsonSerializable(typeof(Nothing))]
internal sealed partial class SqsJson : JsonSerializerContext
{
    /// <summary>Quotes in bodies are written as two characters, not six: a body of JSON is half the size on the wire.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    public static readonly SqsJson Contracts = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        Encoder = Encoder,
    });
}
