using System.Text.Json.Serialization;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LoginReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
