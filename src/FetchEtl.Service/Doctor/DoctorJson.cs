using System.Text.Json.Serialization;

namespace FetchEtl.Service;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DoctorDocument))]
internal sealed partial class DoctorJson : JsonSerializerContext;
