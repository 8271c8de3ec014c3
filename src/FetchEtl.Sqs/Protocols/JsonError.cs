using System.Text.Json.Serialization;

namespace FetchEtl.Sqs;

/// <summary>An error in the JSON protocol.</summary>
internal sealed record JsonError([property: JsonPropertyName("__type")] string? Type, string? Message);
