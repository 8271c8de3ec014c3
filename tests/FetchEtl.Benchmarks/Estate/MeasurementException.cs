namespace FetchEtl.Benchmarks;

/// <summary>The measured work was not done completely, so its figures mean nothing.</summary>
internal sealed class MeasurementException(string message) : Exception(message);
