namespace FetchEtl.Benchmarks;

/// <summary>One run of one client.</summary>
/// <param name="MessagesPerSecond">Received and deleted.</param>
/// <param name="CpuMicroseconds">CPU time of the client's process a message, user and kernel.</param>
/// <param name="AllocatedBytes">Managed memory allocated a message.</param>
internal sealed record CallsFigures(double MessagesPerSecond, double CpuMicroseconds, double AllocatedBytes);
