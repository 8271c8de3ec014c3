namespace FetchEtl.Benchmarks;

/// <summary>A step could not be measured; the message says why.</summary>
internal sealed class MicroException(string message) : Exception(message);
