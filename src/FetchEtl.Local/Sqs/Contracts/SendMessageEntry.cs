namespace FetchEtl.Local.Sqs.Contracts;

internal sealed record SendMessageEntry : MessageToSend, IBatchEntry
{
    public string? Id { get; init; }
}
