using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

public sealed class Sha256PiiMaskerTests
{
    [Fact]
    public void A_value_is_hashed_as_written_and_absent_ones_have_no_mask()
    {
        var masker = Masker(MaskingMethod.Sha256);

        // FIPS 180-2, appendix B.1.
        Assert.Equal(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            masker.Mask(PiiField.DeviceId, new PersonalText("abc")));
        Assert.NotEqual(
            masker.Mask(PiiField.Ip, new PersonalText("10.0.0.1")),
            masker.Mask(PiiField.Ip, new PersonalText("::ffff:10.0.0.1")));
        Assert.Null(masker.Mask(PiiField.Ip, null));
        Assert.Null(masker.Mask(PiiField.Ip, new PersonalText("")));
    }

    [Fact]
    public void A_salt_goes_behind_the_value()
    {
        var plain = Masker(MaskingMethod.Sha256);
        var salted = Masker(MaskingMethod.SaltedSha256, salt: "c");

        Assert.Equal(
            plain.Mask(PiiField.DeviceId, new PersonalText("abc")),
            salted.Mask(PiiField.DeviceId, new PersonalText("ab")));
    }

    [Fact]
    public void Invalid_settings_and_another_method_are_refused()
    {
        var unaccepted = new MaskingOptions { Method = MaskingMethod.Sha256 };
        Assert.Equal(
            unaccepted.Validate(),
            Assert.Throws<MaskingRefusedException>(() => new Sha256PiiMasker(unaccepted)).Problems);

        var keyed = new MaskingOptions { Keys = { TestKeys.First } };
        Assert.Throws<ArgumentException>(() => new Sha256PiiMasker(keyed));
    }

    private static Sha256PiiMasker Masker(MaskingMethod method, string? salt = null) =>
        new(new MaskingOptions { Method = method, AllowWeak = true, Salt = salt });
}
