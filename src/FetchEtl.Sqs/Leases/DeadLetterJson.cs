using System.Text.Json.Serialization;

namespace FetchEtl.Sqs;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeadLetterSource))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
