namespace FetchEtl.Local;

internal sealed record SendMessageRequest : MessageToSend
{
    public string? QueueUrl { get; init; }
}
