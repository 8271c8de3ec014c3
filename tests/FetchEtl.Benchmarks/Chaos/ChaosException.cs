namespace FetchEtl.Benchmarks;

/// <summary>The run cannot continue as planned: a worker misbehaved, or a strike on PostgreSQL failed.</summary>
internal sealed class ChaosException(string message) : Exception(message);
