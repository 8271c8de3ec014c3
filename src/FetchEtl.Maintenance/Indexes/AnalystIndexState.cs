namespace FetchEtl.Maintenance;

/// <summary>How far an index is.</summary>
/// <param name="Index">The index.</param>
/// <param name="Exists">Whether there is one of its name.</param>
/// <param name="IsValid">Whether PostgreSQL uses it: complete, on every partition.</param>
/// <param name="Tables">The tables to index: the partitions, or the one plain table.</param>
/// <param name="Indexed">Those of them whose part of the index is complete.</param>
/// <param name="Bytes">The size on disk.</param>
public sealed record AnalystIndexState(
    AnalystIndex Index, bool Exists, bool IsValid, int Tables, int Indexed, long Bytes);
