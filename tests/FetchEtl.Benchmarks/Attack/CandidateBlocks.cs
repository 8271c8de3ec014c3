using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Text;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Writes candidates as padded SHA-256 blocks, eight at a time. The candidates of one prefix differ only in their
/// suffix. All suffixes are packed once and shifted to the end of the prefix, so no candidate is built as a string. Not
/// thread-safe.
/// </summary>
internal sealed class CandidateBlocks
{
    private const int LengthWord = Sha256Lanes.BlockWords - 1;

    private readonly CandidateSpace _space;
    private readonly Vector256<uint>[] _suffixes;
    private readonly Vector256<uint>[] _suffixBits;
    private readonly uint[] _prefix = new uint[CandidateSpace.MaxPrefix / 4];
    private int _prefixBits;

    public CandidateBlocks(CandidateSpace space)
    {
        _space = space;
        var groups = space.Suffixes.Chunk(Vector256<uint>.Count).ToArray();
        _suffixes = [.. groups.Select(group => Vector256.Create([.. group.Select(Pack)]))];
        _suffixBits =
            [.. groups.Select(group => Vector256.Create([.. group.Select(suffix => 8 * (uint)suffix.Length)]))];
    }

    /// <summary>How many groups of eight candidates each prefix has.</summary>
    public int Groups => _suffixes.Length;

    /// <summary>Sets the prefix of the next candidates.</summary>
    /// <param name="prefix">The number of the prefix in the space.</param>
    public void SetPrefix(int prefix)
    {
        Span<byte> text = stackalloc byte[CandidateSpace.MaxPrefix];
        text.Clear();
        _prefixBits = 8 * Encoding.ASCII.GetBytes(_space.Prefix(prefix), text);
        for (var i = 0; i < _prefix.Length; i++)
        {
            _prefix[i] = BinaryPrimitives.ReadUInt32BigEndian(text[(4 * i)..]);
        }
    }

    /// <summary>Writes one group of candidates of the current prefix.</summary>
    public void Write(int group, Span<Vector256<uint>> block)
    {
        block.Clear();
        for (var i = 0; i < _prefix.Length; i++)
        {
            block[i] = Vector256.Create(_prefix[i]);
        }

        var (word, shift) = Math.DivRem(_prefixBits, 32);
        block[word] |= _suffixes[group] >>> shift;
        if (shift > 0)
        {
            block[word + 1] |= _suffixes[group] << (32 - shift);
        }

        block[LengthWord] = _suffixBits[group] + Vector256.Create((uint)_prefixBits);
    }

    private static uint Pack(string suffix)
    {
        Span<byte> text = stackalloc byte[CandidateSpace.MaxSuffix + 1];
        text.Clear();
        text[Encoding.ASCII.GetBytes(suffix, text)] = 0x80;
        return BinaryPrimitives.ReadUInt32BigEndian(text);
    }
}
