using System.Text.Json.Serialization;

namespace FetchEtl.Local;

internal sealed record ReceivedMessage
{
    public required string MessageId { get; init; }

    public required string ReceiptHandle { get; init; }

    [JsonPropertyName("MD5OfBody")]
    public required string BodyMd5 { get; init; }

    public required string Body { get; init; }

    public Dictionary<string, string>? Attributes { get; init; }

    [JsonPropertyName("MD5OfMessageAttributes")]
    public string? AttributesMd5 { get; init; }

    public Dictionary<string, MessageAttributeValue>? MessageAttributes { get; init; }
}
