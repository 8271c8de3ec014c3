namespace FetchEtl.Local;

/// <summary>What a producer sent, validated. Moves between queues unchanged.</summary>
internal sealed record MessageContent(string Body, string BodyMd5)
{
    public IReadOnlyDictionary<string, MessageAttributeValue>? Attributes { get; init; }

    public string? AttributesMd5 { get; init; }

    public string? TraceHeader { get; init; }

    public string? SystemAttributesMd5 { get; init; }

    public string? GroupId { get; init; }

    public string? DeduplicationId { get; init; }
}
