using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins.Tests;

public sealed class HmacPiiMaskerTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithReplay(20260101, 1);

    /// <summary>
    /// Made without this code, by Python's hmac and hashlib, for keys k1 = bytes(range(32)), k2 = bytes(range(32, 64)):
    /// <code>
    /// def hmac(key, data): return hmac.new(key, data, hashlib.sha256).digest()
    /// def subkey(key, purpose): return hmac(hmac(bytes(32), key), b'fetchetl/mask/v1/' + purpose + b'\x01')
    /// m1 = hmac(subkey(k1, b'ip'), ipaddress.ip_address(text).exploded.encode())
    /// m2 = hmac(subkey(k2, b'layer/ip'), m1)
    /// </code>
    /// and so with ip-text for the third, device_id and layer/device_id for the last two.
    /// </summary>
    [Theory]
    [InlineData(PiiField.Ip, "192.0.2.1", "1:c095d3c959559a70e539824b204f3729108c1b0cfd99f83f3747d24fc47a4dc8", "2:15850d7c277acde47bd94ae8271dd431f2627922757437ac9269bd4723f623e1")]
    [InlineData(PiiField.Ip, "2001:DB8::1", "1:eb2903ab0a6224313cdcfd89c08732fd24610e629e9c5fda3895bae5a3fd4a05", "2:3c697be6031ed870e93e3d13fdfd39ea2abb806bf095a5f4a65c9725b6262b1a")]
    [InlineData(PiiField.Ip, "010.1.1.1", "1:d6d2be634054022ed63d16fa0df94d10dfd574c9b1317b74a5a2d0727742370b", "2:9ee2f3476f8e24e76d05d0e7739353cc59715c90ed100d4594e27ddf986dee9f")]
    [InlineData(PiiField.DeviceId, "000-00-0001", "1:89ab12776b29ecca0491eb15c1abf2828d89d10ab7943d7b4f4602b59cdcc2e7", "2:cb01b80eefdf4cdeab2c3877bb60771093088e733e4dc9eba40d5111e0a7de90")]
    [InlineData(PiiField.DeviceId, "gerät-😀", "1:98b306a11bd98e920e3659d3af8e5ac6812eace1adf7121ee14a865890e629db", "2:bd18028afdced05cd6a57b58eef95bfd93da5d8b2cadda53eaf4aa5b0eabc5af")]
    public void Masks_are_those_of_the_written_recipe(PiiField field, string value, string first, string second)
    {
        Assert.Equal(first, Masker(TestKeys.First).Mask(field, new PersonalText(value)));
        Assert.Equal(second, Masker(TestKeys.First, TestKeys.Second).Mask(field, new PersonalText(value)));
    }

    [Fact]
    public void The_primitive_is_that_of_RFC_4231_case_2()
    {
        var mask = HMACSHA256.HashData("Jefe"u8, "what do ya want for nothing?"u8);

        Assert.Equal("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", Convert.ToHexStringLower(mask));
    }

    [Theory]
    [InlineData(PiiField.Ip)]
    [InlineData(PiiField.DeviceId)]
    public void Null_and_empty_have_no_mask(PiiField field)
    {
        Assert.Null(Masker(TestKeys.First).Mask(field, null));
        Assert.Null(Masker(TestKeys.First).Mask(field, new PersonalText("")));
        Assert.Null(Masker(TestKeys.First).Mask(field, default(PersonalText)));
    }

    [Fact]
    public void Equal_values_have_equal_masks_and_unequal_ones_unequal_masks()
    {
        var masker = Masker(TestKeys.First, TestKeys.Second);
        var texts = Gen.Elements("a", "b", "ä", "192.0.2.1", "192.0.2.2", new string('x', 256)).ToArbitrary();

        Check.One(Seeded, Prop.ForAll(texts, texts, (a, b) =>
            (a == b) == (masker.Mask(PiiField.DeviceId, new PersonalText(a)) == masker.Mask(PiiField.DeviceId, new PersonalText(b)))));
    }

    [Fact]
    public void A_long_text_is_masked_whole()
    {
        var masker = Masker(TestKeys.First);
        var text = new string('ä', 256);

        Assert.NotEqual(
            masker.Mask(PiiField.DeviceId, new PersonalText(text)),
            masker.Mask(PiiField.DeviceId, new PersonalText(text[..255] + "a")));
    }

    [Fact]
    public void The_same_text_in_two_fields_has_two_masks()
    {
        var masker = Masker(TestKeys.First);
        var text = new PersonalText("192.0.2.1");

        Assert.NotEqual(masker.Mask(PiiField.Ip, text), masker.Mask(PiiField.DeviceId, text));
    }

    [Fact]
    public void A_row_is_lifted_to_the_next_generation_without_its_raw_value()
    {
        var text = new PersonalText("192.0.2.1");
        var old = Masker(TestKeys.First).Mask(PiiField.Ip, text)!;
        var layer = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, Convert.FromBase64String(TestKeys.Second), 32, info: Encoding.ASCII.GetBytes("fetchetl/mask/v1/layer/ip"));

        var lifted = "2:" + Convert.ToHexStringLower(HMACSHA256.HashData(layer, Convert.FromHexString(old[2..])));

        Assert.Equal(lifted, Masker(TestKeys.First, TestKeys.Second).Mask(PiiField.Ip, text));
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        var masker = Masker(TestKeys.First);
        var alone = Enumerable.Range(0, 1000).Select(i => masker.Mask(PiiField.DeviceId, new PersonalText($"{i}"))).ToArray();

        var together = new string?[alone.Length];
        Parallel.For(0, alone.Length, i => together[i] = masker.Mask(PiiField.DeviceId, new PersonalText($"{i}")));

        Assert.Equal(alone, together);
    }

    private static HmacPiiMasker Masker(params string[] keys)
    {
        var options = new LoginsOptions();
        foreach (var key in keys)
        {
            options.Masking.Keys.Add(key);
        }

        return new HmacPiiMasker(Options.Create(options));
    }
}
