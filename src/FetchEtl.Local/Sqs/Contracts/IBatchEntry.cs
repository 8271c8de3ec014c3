namespace FetchEtl.Local;

internal interface IBatchEntry
{
    /// <summary>Names the entry within its batch.</summary>
    string? Id { get; }
}
