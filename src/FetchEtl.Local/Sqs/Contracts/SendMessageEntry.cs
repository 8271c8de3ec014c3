namespace FetchEtl.Local;

internal sealed record SendMessageEntry : MessageToSend, IBatchEntry
{
    public string? Id { get; init; }
}
