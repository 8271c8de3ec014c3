using System.Text.Json.Serialization;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RiskReport))]
internal sealed partial class RiskJson : JsonSerializerContext;
