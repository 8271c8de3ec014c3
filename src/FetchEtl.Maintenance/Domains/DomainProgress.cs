namespace FetchEtl.Maintenance;

/// <summary>How far a refresh is.</summary>
/// <param name="Stage">The part of the work; each counts from 0.</param>
/// <param name="Done">The rows that are done.</param>
/// <param name="Total">All rows of the part; null where only its end will show it.</param>
public readonly record struct DomainProgress(string Stage, long Done, long? Total);
