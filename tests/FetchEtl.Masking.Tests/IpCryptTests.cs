using System.Buffers.Binary;
using System.Net;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Masking.Tests;

/// <summary>draft-denis-ipcrypt-13, appendix A, and what its variants promise.</summary>
public sealed class IpCryptTests
{
    private const string PfxKey = "0123456789abcdeffedcba98765432101032547698badcfeefcdab8967452301";
    private const string SubnetKey = "2b7e151628aed2a6abf7158809cf4f3ca9f5ba40db214c3798f2e1c23456789a";

    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithReplay(20260101, 1);

    private static readonly Arbitrary<UInt128> Addresses = Gen.Choose(0, 255).ListOf(16)
        .Select(bytes => BinaryPrimitives.ReadUInt128BigEndian([.. bytes.Select(b => (byte)b)]))
        .SelectMany(any => Gen.Elements(any, (UInt128)0xffff << 32 | (uint)any, any & 0xffff))
        .ToArbitrary();

    [Theory]
    [InlineData("0123456789abcdeffedcba9876543210", "0.0.0.0", "bde9:6789:d353:824c:d7c6:f58a:6bd2:26eb")]
    [InlineData("1032547698badcfeefcdab8967452301", "255.255.255.255", "aed2:92f6:ea23:58c3:48fd:8b8:74e8:45d8")]
    [InlineData("2b7e151628aed2a6abf7158809cf4f3c", "192.0.2.1", "1dbd:c1b9:fff1:7586:7d0b:67b4:e76e:4777")]
    public void The_deterministic_variant_is_the_drafts(string key, string address, string encrypted) =>
        Verify(new IpCryptCipher(Convert.FromHexString(key)), address, encrypted);

    [Theory]
    [InlineData(PfxKey, "0.0.0.0", "151.82.155.134")]
    [InlineData(PfxKey, "255.255.255.255", "94.185.169.89")]
    [InlineData(PfxKey, "192.0.2.1", "100.115.72.131")]
    [InlineData(PfxKey, "2001:db8::1", "c180:5dd4:2587:3524:30ab:fa65:6ab6:f88")]
    [InlineData(SubnetKey, "10.0.0.47", "19.214.210.244")]
    [InlineData(SubnetKey, "10.0.0.129", "19.214.210.80")]
    [InlineData(SubnetKey, "10.0.0.234", "19.214.210.30")]
    [InlineData(SubnetKey, "172.16.5.193", "210.78.229.136")]
    [InlineData(SubnetKey, "172.16.97.42", "210.78.179.241")]
    [InlineData(SubnetKey, "172.16.248.177", "210.78.121.215")]
    public void The_prefix_preserving_variant_is_the_drafts(string key, string address, string encrypted) =>
        Verify(new IpCryptPfxCipher(Convert.FromHexString(key)), address, encrypted);

    [Fact]
    public void Addresses_share_as_many_bits_of_their_prefix_with_each_other_as_their_results_do()
    {
        var cipher = new IpCryptPfxCipher(Convert.FromHexString(PfxKey));

        Check.One(Seeded, Prop.ForAll(Addresses, Addresses, Gen.Choose(0, 127).ToArbitrary(), (one, other, place) =>
            IsMapped(one) != IsMapped(other) ? HasSharedPrefix(one, one ^ (UInt128.One << (place % 32)))
                : HasSharedPrefix(one, other)));

        bool HasSharedPrefix(UInt128 one, UInt128 other) =>
            UInt128.LeadingZeroCount(one ^ other) == UInt128.LeadingZeroCount(Encrypt(one) ^ Encrypt(other));

        UInt128 Encrypt(UInt128 address)
        {
            var bytes = new byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
            cipher.Encrypt(bytes);
            return BinaryPrimitives.ReadUInt128BigEndian(bytes);
        }
    }

    [Fact]
    public void Every_address_comes_back_from_its_mask()
    {
        ILookAlike[] variants =
        [
            new AddressLookAlike(new IpCryptCipher(Convert.FromHexString(PfxKey[..32]))),
            new AddressLookAlike(new IpCryptPfxCipher(Convert.FromHexString(PfxKey))),
        ];

        Check.One(Seeded, Prop.ForAll(Addresses, address =>
        {
            var bytes = new byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
            var text = new IPAddress(bytes).ToString();
            return variants.All(variant => CanonicalIp.TryFormat(text, out var canonical)
                && CanonicalIp.TryFormat(variant.Unmask(variant.Mask(text)!)!, out var back) && back == canonical);
        }));
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", "::FFFF:C000:201")]
    [InlineData("2001:db8::1", "2001:DB8:0::0001", "2001:0db8:0000:0000:0000:0000:0000:0001")]
    public void One_address_has_one_mask_however_it_is_written(string text, string second, string third)
    {
        var masks = new AddressLookAlike(new IpCryptPfxCipher(Convert.FromHexString(PfxKey)));

        Assert.Single(new[] { text, second, third }.Select(masks.Mask).Distinct());
    }

    [Theory]
    [InlineData("192.0.2.01")]
    [InlineData("fe80::1%eth0")]
    [InlineData("192.0.2.1:80")]
    [InlineData("unknown")]
    public void What_is_no_plain_address_has_no_mask(string text)
    {
        var masks = new AddressLookAlike(new IpCryptCipher(Convert.FromHexString(PfxKey[..32])));

        Assert.Null(masks.Mask(text));
        Assert.Null(masks.Unmask(text));
    }

    private static bool IsMapped(UInt128 address) => address >> 32 == 0xffff;

    private static void Verify(IAddressCipher cipher, string address, string encrypted)
    {
        var masks = new AddressLookAlike(cipher);

        Assert.Equal(encrypted, masks.Mask(address));
        Assert.Equal(address, masks.Unmask(encrypted));
        Assert.Equal(encrypted, masks.Mask(address));
    }
}
