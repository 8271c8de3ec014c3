using System.Text.Json.Serialization;

namespace FetchEtl.Sqs;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GetQueueUrlRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(CreateQueueRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(GetQueueAttributesRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SetQueueAttributesRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(SendMessageBatchRequest))]
[JsonSerializable(typeof(ReceiveMessageRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(DeleteMessageBatchRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(ChangeMessageVisibilityBatchRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(JsonReply))]
[JsonSerializable(typeof(JsonError))]
internal sealed partial class SqsJsonContext : JsonSerializerContext;
