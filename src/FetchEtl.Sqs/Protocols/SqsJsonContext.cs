using System.Text.Json.Serialization;

namespace FetchEtl.Sqs;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GetQueueUrlCall), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(CreateQueueCall), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(GetQueueAttributesCall), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SetQueueAttributesCall), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SendMessageCall))]
[JsonSerializable(typeof(SendMessageBatchCall))]
[JsonSerializable(typeof(ReceiveMessageCall), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(DeleteMessageBatchCall), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(ChangeMessageVisibilityBatchCall), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(JsonReply))]
[JsonSerializable(typeof(JsonError))]
internal sealed partial class SqsJsonContext : JsonSerializerContext;
