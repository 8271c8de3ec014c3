namespace FetchEtl.Benchmarks;

/// <summary>What a process took of the machine, from its start.</summary>
/// <param name="Cpu">Time on all cores, the runtime's start and compilation included.</param>
/// <param name="PeakBytes">The most memory it had resident.</param>
internal sealed record ProcessUsage(TimeSpan Cpu, long PeakBytes)
{
    public double PeakMebibytes => PeakBytes / (1024.0 * 1024);
}
