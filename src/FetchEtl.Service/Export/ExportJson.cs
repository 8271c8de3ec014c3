using System.Text.Json.Serialization;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LakeExportSummary))]
internal sealed partial class ExportJson : JsonSerializerContext;
