namespace FetchEtl.Maintenance;

/// <summary>How far a risk analysis is.</summary>
/// <param name="Stage">The part of the work, as in <c>reading</c>; each part counts from 0.</param>
/// <param name="Done">The rows that were read.</param>
/// <param name="Total">All of them; null once they are read.</param>
public readonly record struct RiskProgress(string Stage, long Done, long? Total);
