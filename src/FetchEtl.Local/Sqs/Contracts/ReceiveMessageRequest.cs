namespace FetchEtl.Local;

internal sealed record ReceiveMessageRequest
{
    public string? QueueUrl { get; init; }

    public int? MaxNumberOfMessages { get; init; }

    public int? VisibilityTimeout { get; init; }

    public int? WaitTimeSeconds { get; init; }

    /// <summary>The older name of <see cref="MessageSystemAttributeNames"/>; both count.</summary>
    public List<string>? AttributeNames { get; init; }

    public List<string>? MessageSystemAttributeNames { get; init; }

    public List<string>? MessageAttributeNames { get; init; }
}
