namespace FetchEtl.Benchmarks;

/// <summary>One strike of the plan.</summary>
/// <param name="Kind">The kind of strike.</param>
/// <param name="Pause">The pause before the strike.</param>
/// <param name="Draw">A number from 0 to below 1 that decides the details, such as which worker.</param>
internal sealed record Strike(StrikeKind Kind, TimeSpan Pause, double Draw);
