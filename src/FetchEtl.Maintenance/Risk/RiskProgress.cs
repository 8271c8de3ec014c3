namespace FetchEtl.Maintenance;

/// <summary>How far a risk analysis is.</summary>
/// <param name="Stage">The part of the work, as in <c>reading</c>; each part counts from 0.</param>
/// <param name="Done">The rows, or the measurements, that are done.</param>
/// <param name="Total">All of them.</param>
public readonly record struct RiskProgress(string Stage, long Done, long Total);
