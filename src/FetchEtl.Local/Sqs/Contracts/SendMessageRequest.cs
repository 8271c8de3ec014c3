namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record SendMessageRequest : MessageToSend
{
    public string? QueueUrl { get; init; }
}
