namespace FetchEtl.Local.Sqs.Contracts;

internal interface IBatchEntry
{
    /// <summary>Names the entry within its batch.</summary>
    string? Id { get; }
}
