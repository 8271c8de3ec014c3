namespace FetchEtl.Local;

internal sealed record BatchRequest<TEntry>
    where TEntry : IBatchEntry
{
    public string? QueueUrl { get; init; }

    public List<TEntry>? Entries { get; init; }
}
