using System.Runtime.Intrinsics;

namespace FetchEtl.Benchmarks;

/// <summary>SHA-256 of the value, which needs no key.</summary>
internal sealed class UnkeyedHash : ILaneHash
{
    public string Name => "SHA-256";

    public void Hash(Span<Vector256<uint>> block, Span<Vector256<uint>> digest)
    {
        Sha256Lanes.Begin(digest);
        Sha256Lanes.Compress(digest, block);
    }
}
