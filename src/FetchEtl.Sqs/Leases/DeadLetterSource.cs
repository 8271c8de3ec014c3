using System.Text.Json.Serialization;

namespace FetchEtl.Sqs;

/// <summary>
/// Where and when a message was rejected, and what proves its identity: one attribute of JSON, since SQS allows only
/// ten.
/// </summary>
internal sealed record DeadLetterSource(string? Queue, int ReceiveCount, DateTimeOffset DeadAt, string? Mac);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeadLetterSource))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
