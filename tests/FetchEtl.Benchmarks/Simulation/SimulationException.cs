namespace FetchEtl.Benchmarks;

/// <summary>A schedule broke a rule.</summary>
internal sealed class SimulationException(string message) : Exception(message);
