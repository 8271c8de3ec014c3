namespace FetchEtl.Benchmarks;

/// <summary>The CPU time and the memory of a process since its start.</summary>
/// <param name="Cpu">CPU time on all cores. It includes the start of the runtime and compilation.</param>
/// <param name="PeakBytes">The peak of its resident memory.</param>
internal sealed record ProcessUsage(TimeSpan Cpu, long PeakBytes)
{
    public double PeakMebibytes => PeakBytes / (1024.0 * 1024);
}
