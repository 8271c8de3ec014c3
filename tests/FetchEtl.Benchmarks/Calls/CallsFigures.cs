namespace FetchEtl.Benchmarks;

/// <summary>The figures of one run of one client.</summary>
/// <param name="MessagesPerSecond">Messages received and deleted a second.</param>
/// <param name="CpuMicroseconds">CPU time of the client's process a message in µs, user and kernel.</param>
/// <param name="AllocatedBytes">Managed memory that is allocated a message, in bytes.</param>
internal sealed record CallsFigures(double MessagesPerSecond, double CpuMicroseconds, double AllocatedBytes);
