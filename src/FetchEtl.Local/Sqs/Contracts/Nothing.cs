namespace FetchEtl.Local;

/// <summary>The result of an operation that has none.</summary>
internal sealed record Nothing
{
    public static readonly Nothing Value = new();
}
