using System.Buffers.Binary;

namespace FetchEtl.Masking;

/// <summary>
/// ipcrypt-pfx of draft-denis-ipcrypt: addresses that share a prefix of any length have results that share a prefix of
/// the same length, and IPv4 stays IPv4. Each bit is flipped or kept by the exclusive or of two AES-128 permutations of
/// the bits before it.
/// </summary>
/// <param name="key">32 bytes: the two keys.</param>
internal sealed class IpCryptPfxCipher(ReadOnlySpan<byte> key) : IAddressCipher
{
    /// <summary>The bytes of a key.</summary>
    public const int KeyLength = 2 * IpCryptCipher.KeyLength;

    private const int Bits = 128;

    /// <summary>The bits of an IPv4-mapped address before the IPv4 address, which stay as they are.</summary>
    private const int MappedBits = 96;

    private readonly AesBlocks _first = new(key[..IpCryptCipher.KeyLength]);
    private readonly AesBlocks _second = new(key[IpCryptCipher.KeyLength..KeyLength]);

    /// <summary>All prefixes are known, so each key encrypts them in one call.</summary>
    public void Encrypt(Span<byte> address)
    {
        var value = BinaryPrimitives.ReadUInt128BigEndian(address);
        var start = Start(value);
        var length = (Bits - start) * AesBlocks.Size;
        Span<byte> first = stackalloc byte[Bits * AesBlocks.Size];
        Span<byte> second = stackalloc byte[Bits * AesBlocks.Size];
        first = first[..length];
        second = second[..length];
        for (var place = start; place < Bits; place++)
        {
            var prefix = place == 0 ? UInt128.Zero : value >> (Bits - place);
            WritePrefix(prefix, place, first[((place - start) * AesBlocks.Size)..]);
        }

        first.CopyTo(second);
        using var firstLane = _first.Rent();
        using var secondLane = _second.Rent();
        firstLane.Encrypt(first);
        secondLane.Encrypt(second);
        for (var place = start; place < Bits; place++)
        {
            var last = ((place - start + 1) * AesBlocks.Size) - 1;
            value ^= Flip(first[last], second[last], place);
        }

        BinaryPrimitives.WriteUInt128BigEndian(address, value);
    }

    /// <summary>Each bit needs the plain bits before it, so every one takes two calls.</summary>
    public void Decrypt(Span<byte> address)
    {
        var value = BinaryPrimitives.ReadUInt128BigEndian(address);
        Span<byte> first = stackalloc byte[AesBlocks.Size];
        Span<byte> second = stackalloc byte[AesBlocks.Size];
        using var firstLane = _first.Rent();
        using var secondLane = _second.Rent();
        for (var place = Start(value); place < Bits; place++)
        {
            WritePrefix(place == 0 ? UInt128.Zero : value >> (Bits - place), place, first);
            first.CopyTo(second);
            firstLane.Encrypt(first);
            secondLane.Encrypt(second);
            value ^= Flip(first[^1], second[^1], place);
        }

        BinaryPrimitives.WriteUInt128BigEndian(address, value);
    }

    private static int Start(UInt128 value) => value >> 32 == 0xffff ? MappedBits : 0;

    /// <summary>Writes a prefix behind a one, so that prefixes of different lengths are different blocks.</summary>
    private static void WritePrefix(UInt128 prefix, int length, Span<byte> block) =>
        BinaryPrimitives.WriteUInt128BigEndian(block, (UInt128.One << length) | prefix);

    private static UInt128 Flip(byte first, byte second, int place) =>
        (UInt128)(uint)((first ^ second) & 1) << (Bits - 1 - place);
}
