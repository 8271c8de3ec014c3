using System.Text.Json.Serialization;
using FetchEtl.Sqs.Protocols.Requests;

namespace FetchEtl.Sqs.Protocols;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GetQueueUrlRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(CreateQueueRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(GetQueueAttributesRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SetQueueAttributesRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SendMessageRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(SendMessageBatchRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(ReceiveMessageRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(DeleteMessageBatchRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(ChangeMessageVisibilityBatchRequest), GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(JsonReply))]
[JsonSerializable(typeof(JsonError))]
internal sealed partial class SqsJsonContext : JsonSerializerContext;
