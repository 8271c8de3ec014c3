namespace FetchEtl.Local;

/// <summary>What SendMessage and an entry of SendMessageBatch have in common.</summary>
internal abstract record MessageToSend
{
    public string? MessageBody { get; init; }

    public int? DelaySeconds { get; init; }

    public Dictionary<string, MessageAttributeValue>? MessageAttributes { get; init; }

    public Dictionary<string, MessageAttributeValue>? MessageSystemAttributes { get; init; }

    public string? MessageDeduplicationId { get; init; }

    public string? MessageGroupId { get; init; }
}
