namespace FetchEtl.Benchmarks;

/// <summary>A measurement that means nothing: what was measured did not do its work.</summary>
internal sealed class MeasurementException(string message) : Exception(message);
