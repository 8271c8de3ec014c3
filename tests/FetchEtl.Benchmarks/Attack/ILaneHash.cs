using System.Runtime.Intrinsics;

namespace FetchEtl.Benchmarks;

/// <summary>A hash that an attacker tries: it hashes eight values at a time. Thread-safe.</summary>
internal interface ILaneHash
{
    /// <summary>The name in reports.</summary>
    string Name { get; }

    /// <summary>Hashes eight messages, one in each lane.</summary>
    /// <param name="block">
    /// The last block of each message with SHA-256's padding: text, 0x80, zeros, length in bits. The call overwrites
    /// it.
    /// </param>
    /// <param name="digest">Receives the eight words of each digest.</param>
    void Hash(Span<Vector256<uint>> block, Span<Vector256<uint>> digest);
}
