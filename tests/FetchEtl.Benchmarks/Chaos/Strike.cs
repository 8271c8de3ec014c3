namespace FetchEtl.Benchmarks;

/// <summary>One strike of the plan.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Pause">How long after the strike before.</param>
/// <param name="Draw">Decides the rest, such as which worker: a number from 0 to below 1.</param>
internal sealed record Strike(StrikeKind Kind, TimeSpan Pause, double Draw);
