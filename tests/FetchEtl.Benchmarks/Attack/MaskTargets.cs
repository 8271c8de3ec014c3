using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The masks to reverse. Almost no digest is one of them, and a bitmap of first words excludes the others with one
/// lookup.
/// </summary>
internal sealed class MaskTargets
{
    private const int MinBits = 1 << 16;
    private const int BitsForEach = 256;
    private const int MaxBits = 1 << 28;

    private readonly HashSet<Vector256<uint>> _digests;
    private readonly ulong[] _firstWords;
    private readonly uint _bitMask;

    /// <param name="digests">Masks of 64 hex digits each.</param>
    public MaskTargets(IEnumerable<string> digests)
    {
        _digests = [.. digests.Select(Read)];
        var wanted = (long)BitOperations.RoundUpToPowerOf2((uint)_digests.Count) * BitsForEach;
        var bits = (uint)Math.Clamp(wanted, MinBits, MaxBits);
        _bitMask = bits - 1;
        _firstWords = new ulong[bits / 64];
        foreach (var digest in _digests)
        {
            var bit = digest[0] & _bitMask;
            _firstWords[bit / 64] |= 1UL << (int)(bit % 64);
        }
    }

    public int Count => _digests.Count;

    /// <summary>Returns false where no mask begins with this word. True proves nothing.</summary>
    public bool MayHold(uint firstWord)
    {
        var bit = firstWord & _bitMask;
        return (_firstWords[bit / 64] & (1UL << (int)(bit % 64))) != 0;
    }

    /// <summary>Returns whether one digest is a mask to reverse.</summary>
    /// <param name="digest">The words of eight digests.</param>
    /// <param name="lane">The lane of the digest.</param>
    public bool Holds(ReadOnlySpan<Vector256<uint>> digest, int lane)
    {
        Span<uint> words = stackalloc uint[Sha256Lanes.DigestWords];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = digest[i][lane];
        }

        return _digests.Contains(Vector256.Create(words));
    }

    private static Vector256<uint> Read(string digest)
    {
        var bytes = Convert.FromHexString(digest);
        Span<uint> words = stackalloc uint[Sha256Lanes.DigestWords];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4 * i));
        }

        return Vector256.Create(words);
    }
}
