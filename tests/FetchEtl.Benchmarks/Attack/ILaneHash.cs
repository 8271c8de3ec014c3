using System.Runtime.Intrinsics;

namespace FetchEtl.Benchmarks;

/// <summary>What an attacker takes a mask to be: a hash of the value, eight values at a time. Thread-safe.</summary>
internal interface ILaneHash
{
    /// <summary>How a person calls it.</summary>
    string Name { get; }

    /// <summary>Hashes one message a lane.</summary>
    /// <param name="block">Each message as SHA-256 pads it into its last block: text, 0x80, zeros, its length in bits. Used up.</param>
    /// <param name="digest">Gets the eight words of each digest.</param>
    void Hash(Span<Vector256<uint>> block, Span<Vector256<uint>> digest);
}
