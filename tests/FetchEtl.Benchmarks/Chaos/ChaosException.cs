namespace FetchEtl.Benchmarks;

/// <summary>The run can't go on as planned: a worker did what no worker may, or PostgreSQL could not be struck.</summary>
internal sealed class ChaosException(string message) : Exception(message);
