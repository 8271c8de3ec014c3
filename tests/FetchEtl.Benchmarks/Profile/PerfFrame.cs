namespace FetchEtl.Benchmarks;

/// <summary>A frame of a stack.</summary>
/// <param name="Assembly">The assembly of a .NET method; empty for other code.</param>
/// <param name="File">The file that holds the code, or the map of compiled methods.</param>
internal readonly record struct PerfFrame(string Assembly, string File);
