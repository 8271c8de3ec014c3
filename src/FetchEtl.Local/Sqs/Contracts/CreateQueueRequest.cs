using System.Text.Json.Serialization;

namespace FetchEtl.Local;

internal sealed record CreateQueueRequest
{
    public string? QueueName { get; init; }

    public Dictionary<string, string>? Attributes { get; init; }

    /// <summary>In lower case on the wire, in this request alone.</summary>
    [JsonPropertyName("tags")]
    public Dictionary<string, string>? Tags { get; init; }
}
