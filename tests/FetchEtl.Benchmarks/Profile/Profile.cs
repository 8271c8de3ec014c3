namespace FetchEtl.Benchmarks;

/// <summary>The CPU time of a process during some seconds, by part.</summary>
/// <param name="Samples">The samples of each <see cref="CpuPart"/>.</param>
/// <param name="Cpu">CPU time meanwhile.</param>
/// <param name="Messages">Rows committed meanwhile.</param>
/// <param name="Duration">How long it was.</param>
internal sealed record Profile(
    IReadOnlyDictionary<string, int> Samples, TimeSpan Cpu, long Messages, TimeSpan Duration)
{
    public IEnumerable<string> Parts => Samples.Keys;

    public double AllMicroseconds => Cpu.TotalMicroseconds / Messages;

    public double MessagesPerSecond => Messages / Duration.TotalSeconds;

    /// <summary>Returns the CPU time a message of a part: its share of the samples.</summary>
    public double Microseconds(string part) =>
        AllMicroseconds * Samples.GetValueOrDefault(part) / Samples.Values.Sum();
}
