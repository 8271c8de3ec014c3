using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Benchmarks;

/// <summary>HMAC-SHA-256 (RFC 2104) of the value under a key that the attacker has or guesses.</summary>
internal sealed class KeyedHash : ILaneHash
{
    private const int BlockBytes = 64;
    private const uint BlockBits = 8 * BlockBytes;

    private readonly Vector256<uint>[] _inner;
    private readonly Vector256<uint>[] _outer;

    /// <param name="name">The name in reports.</param>
    /// <param name="key">The key: at most 64 bytes, one block of the hash.</param>
    public KeyedHash(string name, ReadOnlySpan<byte> key)
    {
        Name = name;
        _inner = Absorb(key, 0x36);
        _outer = Absorb(key, 0x5c);
    }

    public string Name { get; }

    /// <summary>
    /// Creates the hash of the default method, generation 1, under the subkey of a field. The recipe is public.
    /// </summary>
    /// <param name="name">The name in reports.</param>
    /// <param name="key">The key.</param>
    /// <param name="purpose">The purpose of the subkey: <c>ip</c> or <c>device_id</c>.</param>
    public static KeyedHash OfField(string name, byte[] key, string purpose)
    {
        var info = Encoding.ASCII.GetBytes($"fetchetl/mask/v1/{purpose}");
        var subkey = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, HMACSHA256.HashSizeInBytes, info: info);
        return new KeyedHash(name, subkey);
    }

    public void Hash(Span<Vector256<uint>> block, Span<Vector256<uint>> digest)
    {
        block[15] += Vector256.Create(BlockBits);
        _inner.CopyTo(digest);
        Sha256Lanes.Compress(digest, block);

        digest.CopyTo(block);
        block[8..].Clear();
        block[8] = Vector256.Create(0x80000000);
        block[15] = Vector256.Create(BlockBits + SHA256.HashSizeInBits);
        _outer.CopyTo(digest);
        Sha256Lanes.Compress(digest, block);
    }

    /// <summary>Returns the state after the block of the key, which is the same for every message.</summary>
    private static Vector256<uint>[] Absorb(ReadOnlySpan<byte> key, byte pad)
    {
        Span<byte> padded = stackalloc byte[BlockBytes];
        padded.Fill(pad);
        for (var i = 0; i < key.Length; i++)
        {
            padded[i] ^= key[i];
        }

        Span<Vector256<uint>> block = stackalloc Vector256<uint>[Sha256Lanes.BlockWords];
        for (var i = 0; i < block.Length; i++)
        {
            block[i] = Vector256.Create(BinaryPrimitives.ReadUInt32BigEndian(padded[(4 * i)..]));
        }

        var state = new Vector256<uint>[Sha256Lanes.DigestWords];
        Sha256Lanes.Begin(state);
        Sha256Lanes.Compress(state, block);
        return state;
    }
}
