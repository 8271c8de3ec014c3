using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace FetchEtl.Local;

/// <summary>
/// How inputs and outputs are read and written. Numbers may come as strings, because Query has only strings.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(NoOutput))]
[JsonSerializable(typeof(QueueInput))]
[JsonSerializable(typeof(QueueUrlOutput))]
[JsonSerializable(typeof(CreateQueueInput))]
[JsonSerializable(typeof(GetQueueUrlInput))]
[JsonSerializable(typeof(ListQueuesInput))]
[JsonSerializable(typeof(ListQueuesOutput))]
[JsonSerializable(typeof(ListSourceQueuesInput))]
[JsonSerializable(typeof(ListSourceQueuesOutput))]
[JsonSerializable(typeof(GetQueueAttributesInput))]
[JsonSerializable(typeof(GetQueueAttributesOutput))]
[JsonSerializable(typeof(SetQueueAttributesInput))]
[JsonSerializable(typeof(AddPermissionInput))]
[JsonSerializable(typeof(RemovePermissionInput))]
[JsonSerializable(typeof(TagQueueInput))]
[JsonSerializable(typeof(UntagQueueInput))]
[JsonSerializable(typeof(ListQueueTagsOutput))]
[JsonSerializable(typeof(SendMessageInput))]
[JsonSerializable(typeof(SendMessageOutput))]
[JsonSerializable(typeof(BatchInput<SendMessageEntry>))]
[JsonSerializable(typeof(BatchOutput<SendMessageOutput>))]
[JsonSerializable(typeof(ReceiveMessageInput))]
[JsonSerializable(typeof(ReceiveMessageOutput))]
[JsonSerializable(typeof(DeleteMessageInput))]
[JsonSerializable(typeof(BatchInput<DeleteMessageEntry>))]
[JsonSerializable(typeof(ChangeVisibilityInput))]
[JsonSerializable(typeof(BatchInput<ChangeVisibilityEntry>))]
[JsonSerializable(typeof(BatchOutput<EntryId>))]
[JsonSerializable(typeof(StartMoveTaskInput))]
[JsonSerializable(typeof(MoveTaskHandle))]
[JsonSerializable(typeof(CancelMoveTaskOutput))]
[JsonSerializable(typeof(ListMoveTasksInput))]
[JsonSerializable(typeof(ListMoveTasksOutput))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>
    /// Writes a quote in a body as two characters, not six: a body of JSON is half the size on the wire.
    /// </summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private static readonly ApiJson Contracts = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        Encoder = Encoder,
    });

    public static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Contracts.GetTypeInfo(typeof(T))!;
}
