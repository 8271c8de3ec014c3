using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FetchEtl.Benchmarks;

/// <summary>
/// SHA-256's compression function (FIPS 180-4, 6.2.2) on eight blocks in parallel. Lane n of each vector belongs to
/// block n. The framework's one-shot hash spends most of its time on the call, so it would understate the attacker's
/// speed.
/// </summary>
internal static class Sha256Lanes
{
    public const int BlockWords = 16;
    public const int DigestWords = 8;

    private static readonly uint[] Initial =
    [
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ];

    private static readonly uint[] K =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Sets the initial state of the hash.</summary>
    public static void Begin(Span<Vector256<uint>> state)
    {
        for (var i = 0; i < DigestWords; i++)
        {
            state[i] = Vector256.Create(Initial[i]);
        }
    }

    /// <summary>
    /// Compresses one block of each lane into the state. Overwrites the block with the message schedule.
    /// </summary>
    public static void Compress(Span<Vector256<uint>> state, Span<Vector256<uint>> block)
    {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (var round = 0; round < K.Length; round += BlockWords)
        {
            Round(a, b, c, ref d, e, f, g, ref h, Word(block, round, 0));
            Round(h, a, b, ref c, d, e, f, ref g, Word(block, round, 1));
            Round(g, h, a, ref b, c, d, e, ref f, Word(block, round, 2));
            Round(f, g, h, ref a, b, c, d, ref e, Word(block, round, 3));
            Round(e, f, g, ref h, a, b, c, ref d, Word(block, round, 4));
            Round(d, e, f, ref g, h, a, b, ref c, Word(block, round, 5));
            Round(c, d, e, ref f, g, h, a, ref b, Word(block, round, 6));
            Round(b, c, d, ref e, f, g, h, ref a, Word(block, round, 7));
            Round(a, b, c, ref d, e, f, g, ref h, Word(block, round, 8));
            Round(h, a, b, ref c, d, e, f, ref g, Word(block, round, 9));
            Round(g, h, a, ref b, c, d, e, ref f, Word(block, round, 10));
            Round(f, g, h, ref a, b, c, d, ref e, Word(block, round, 11));
            Round(e, f, g, ref h, a, b, c, ref d, Word(block, round, 12));
            Round(d, e, f, ref g, h, a, b, ref c, Word(block, round, 13));
            Round(c, d, e, ref f, g, h, a, ref b, Word(block, round, 14));
            Round(b, c, d, ref e, f, g, h, ref a, Word(block, round, 15));
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    /// <summary>
    /// Returns what round + n adds: its constant and its word of the message schedule. The new word replaces that of
    /// sixteen rounds before. n, 0 to 15, is a separate argument, so that the compiler knows every index.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Word(Span<Vector256<uint>> block, int round, int n)
    {
        if (round > 0)
        {
            var early = block[(n + 1) % BlockWords];
            var late = block[(n + 14) % BlockWords];
            block[n] += block[(n + 9) % BlockWords]
                + (Rotate(early, 7) ^ Rotate(early, 18) ^ (early >>> 3))
                + (Rotate(late, 17) ^ Rotate(late, 19) ^ (late >>> 10));
        }

        return block[n] + Vector256.Create(K[round + n]);
    }

    /// <summary>Runs one round. The caller rotates the arguments instead of moving all eight words by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector256<uint> a,
        Vector256<uint> b,
        Vector256<uint> c,
        ref Vector256<uint> d,
        Vector256<uint> e,
        Vector256<uint> f,
        Vector256<uint> g,
        ref Vector256<uint> h,
        Vector256<uint> word)
    {
        var sum = h + word + (Rotate(e, 6) ^ Rotate(e, 11) ^ Rotate(e, 25)) + ((e & f) ^ Vector256.AndNot(g, e));
        d += sum;
        h = sum + (Rotate(a, 2) ^ Rotate(a, 13) ^ Rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    }

    /// <summary>Rotates to the right: one instruction with AVX-512, three without.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Rotate(Vector256<uint> word, [ConstantExpected] byte bits) =>
        Avx512F.VL.IsSupported
            ? Avx512F.VL.RotateRight(word, bits)
            : (word >>> bits) | (word << (32 - bits));
}
