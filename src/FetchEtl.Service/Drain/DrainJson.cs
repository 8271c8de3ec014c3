using System.Text.Json.Serialization;

namespace FetchEtl.Service;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DrainSummary))]
internal sealed partial class DrainJson : JsonSerializerContext;
