using System.Text;

namespace FetchEtl.Masking.Tests;

public sealed class MaskKeyTests
{
    private const string LongText =
        "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be " +
        "hashed before being used by the HMAC algorithm.";

    /// <summary>RFC 4231, section 4, in its order; the fifth case gives 128 bits only.</summary>
    public static TheoryData<byte[], byte[], string> Rfc4231 => new()
    {
        { Repeat(0x0b, 20), "Hi There"u8.ToArray(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
        { "Jefe"u8.ToArray(), "what do ya want for nothing?"u8.ToArray(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
        { Repeat(0xaa, 20), Repeat(0xdd, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
        { [.. Enumerable.Range(1, 25).Select(i => (byte)i)], Repeat(0xcd, 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
        { Repeat(0x0c, 20), "Test With Truncation"u8.ToArray(), "a3b6167473100ee06e0c796c2955552b" },
        {
            Repeat(0xaa, 131), "Test Using Larger Than Block-Size Key - Hash Key First"u8.ToArray(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        },
        { Repeat(0xaa, 131), Encoding.ASCII.GetBytes(LongText),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
    };

    [Theory]
    [MemberData(nameof(Rfc4231))]
    public void Hashing_is_HMAC_SHA_256_by_the_vectors_of_RFC_4231_and_again_with_a_kept_HMAC(
        byte[] key, byte[] data, string expected)
    {
        var subkey = new MaskKey(key);
        var hash = new byte[32];

        subkey.Hash(data, hash);
        Assert.StartsWith(expected, Convert.ToHexStringLower(hash), StringComparison.Ordinal);

        subkey.Hash(data, hash);
        Assert.StartsWith(expected, Convert.ToHexStringLower(hash), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hash_may_take_the_place_of_its_source()
    {
        var subkey = new MaskKey(Repeat(0x0b, 20));
        var expected = new byte[32];
        var inPlace = Repeat(1, 32);

        subkey.Hash(inPlace, expected);
        subkey.Hash(inPlace, inPlace);

        Assert.Equal(expected, inPlace);
    }

    private static byte[] Repeat(byte value, int count) => [.. Enumerable.Repeat(value, count)];
}
