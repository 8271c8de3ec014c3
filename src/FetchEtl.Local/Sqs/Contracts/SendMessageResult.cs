using System.Text.Json.Serialization;

namespace FetchEtl.Local;

internal sealed record SendMessageResult
{
    /// <summary>The batch entry's, in a batch.</summary>
    public string? Id { get; init; }

    public required string MessageId { get; init; }

    [JsonPropertyName("MD5OfMessageBody")]
    public required string BodyMd5 { get; init; }

    [JsonPropertyName("MD5OfMessageAttributes")]
    public string? AttributesMd5 { get; init; }

    [JsonPropertyName("MD5OfMessageSystemAttributes")]
    public string? SystemAttributesMd5 { get; init; }

    public string? SequenceNumber { get; init; }
}
