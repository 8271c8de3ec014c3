namespace FetchEtl.Benchmarks;

/// <summary>The result of a sweep.</summary>
/// <param name="Recovered">
/// The values behind the masks. They are personal data where the table is a real one, so they are counted and never
/// shown.
/// </param>
/// <param name="Tried">How many candidates were hashed.</param>
/// <param name="Duration">How long the sweep took.</param>
internal sealed record SweepResult(ICollection<string> Recovered, long Tried, TimeSpan Duration);
