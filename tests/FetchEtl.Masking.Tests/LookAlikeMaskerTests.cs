using FetchEtl.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Masking.Tests;

/// <summary>Masks that look like addresses and device ids, over keys, rotations and changes of method.</summary>
public sealed class LookAlikeMaskerTests
{
    private static readonly string[] Keys = [TestKeys.First, TestKeys.Second, TestKeys.Third];

    /// <summary>
    /// Under the first key, and under the second. Computed without this code, by Python over OpenSSL's AES, from the
    /// texts of draft-denis-ipcrypt and NIST SP 800-38G. They hold for all versions.
    /// </summary>
    [Theory]
    [InlineData(MaskingMethod.IpCrypt, "192.0.2.1", "9a18:b203:dbd8:dec4:b8f2:f089:c2b7:12ae",
        "d14a:3c07:ae57:11b3:31a:34c0:7e90:b6db")]
    [InlineData(MaskingMethod.IpCrypt, "2001:db8::1", "1b60:e5dd:f737:8060:c011:7b9:6cee:d83",
        "8abc:c92f:732d:75b0:a307:9dc:4022:d05d")]
    [InlineData(MaskingMethod.IpCryptPfx, "192.0.2.1", "139.246.89.75", "251.92.242.238")]
    [InlineData(MaskingMethod.IpCryptPfx, "192.0.2.200", "139.246.89.140", "251.92.242.5")]
    [InlineData(MaskingMethod.IpCryptPfx, "2001:db8::1", "cc79:ce9:7d15:c3a1:d2d4:7969:6d5a:3a95",
        "526e:e6f:72a4:a1ef:7435:435b:3c17:838")]
    [InlineData(MaskingMethod.Ff1, "000-00-0001", "724-62-0475", "703-46-3350")]
    [InlineData(MaskingMethod.Ff1, "593-47-5928", "997-73-1743", "904-17-7655")]
    [InlineData(MaskingMethod.Ff1, "123456", "144411", "771353")]
    [InlineData(MaskingMethod.Ff1, "31415926535897932384626433832795028841971693993751058209749445923",
        "38080956725602219739362210394774607194245796423765423075100357891",
        "84440324239763863527913124794293074530516773551799785535857612492")]
    public void A_look_alike_mask_is_the_pinned_one_under_each_key_and_comes_back(
        MaskingMethod method, string value, string first, string second)
    {
        var field = FieldOf(method);
        var masker = Masker(2, method);

        Assert.Equal(first, Masker(1, method).Mask(field, new PersonalText(value)));
        Assert.Equal(second, masker.Mask(field, new PersonalText(value)));
        Assert.Equal(second, masker.Rekey(field, first, 1, method));
        Assert.Equal(value, masker.Unmask(field, first, 1)?.Reveal());
        Assert.Equal(value, masker.Unmask(field, second, 2)?.Reveal());
    }

    [Fact]
    public void A_value_is_masked_as_each_generation_did_by_whichever_method()
    {
        var masker = Masker(3, MaskingMethod.IpCryptPfx);
        var (ip, text) = (new PersonalText("192.0.2.1"), new PersonalText("unknown"));
        for (var generation = 1; generation <= 3; generation++)
        {
            foreach (var method in new[] { MaskingMethod.Hmac, MaskingMethod.IpCrypt, MaskingMethod.IpCryptPfx })
            {
                var before = Masker(generation, method, PiiField.Ip);
                Assert.Equal(before.Mask(PiiField.Ip, ip), masker.MaskOf(PiiField.Ip, ip, generation, method));
                Assert.Equal(before.Mask(PiiField.Ip, text), masker.MaskOf(PiiField.Ip, text, generation, method));
            }
        }

        Assert.NotNull(masker.MaskOf(PiiField.Ip, text, 3, MaskingMethod.Hmac));
        Assert.Null(masker.MaskOf(PiiField.Ip, new PersonalText(""), 3, MaskingMethod.Hmac));
        Assert.Throws<ArgumentOutOfRangeException>(() => masker.MaskOf(PiiField.Ip, ip, 4, MaskingMethod.Hmac));
        Assert.Throws<ArgumentException>(() => masker.MaskOf(PiiField.Ip, ip, 1, MaskingMethod.Ff1));
        Assert.Throws<ArgumentException>(() => masker.MaskOf(PiiField.Ip, ip, 1, MaskingMethod.Sha256));
    }

    [Fact]
    public void Null_and_empty_have_no_mask_and_can_be_masked()
    {
        foreach (var method in new[] { MaskingMethod.IpCrypt, MaskingMethod.IpCryptPfx, MaskingMethod.Ff1 })
        {
            var masker = Masker(1, method);
            Assert.Null(masker.Mask(FieldOf(method), null));
            Assert.Null(masker.Mask(FieldOf(method), new PersonalText("")));
            Assert.True(masker.CanMask(FieldOf(method), null));
            Assert.True(masker.CanMask(FieldOf(method), new PersonalText("")));
        }
    }

    [Theory]
    [InlineData(MaskingMethod.IpCrypt, "192.0.2.01", false)]
    [InlineData(MaskingMethod.IpCryptPfx, "unknown", false)]
    [InlineData(MaskingMethod.IpCryptPfx, "::1", true)]
    [InlineData(MaskingMethod.Ff1, "12345", false)]
    [InlineData(MaskingMethod.Ff1, "123456", true)]
    [InlineData(MaskingMethod.Ff1, "abcdef123456", false)]
    public void A_value_of_another_form_cannot_be_masked_and_gets_no_mask(
        MaskingMethod method, string value, bool expected)
    {
        var masker = Masker(1, method);
        var text = new PersonalText(value);

        Assert.Equal(expected, masker.CanMask(FieldOf(method), text));
        Assert.Equal(expected, masker.Mask(FieldOf(method), text) is not null);
        Assert.Equal(expected, masker.Unmask(FieldOf(method), value, 1) is not null);
    }

    [Fact]
    public void Other_fields_keep_their_method_and_mask_every_text()
    {
        var masker = Masker(1, MaskingMethod.IpCrypt);
        var plain = Masker(1, MaskingMethod.Hmac);

        Assert.Equal(
            [MaskingMethod.IpCrypt, MaskingMethod.Hmac, MaskingMethod.Hmac], PiiFields.All.Select(masker.MethodOf));
        Assert.True(masker.CanMask(PiiField.DeviceId, new PersonalText("any")));
        Assert.Equal(
            plain.Mask(PiiField.DeviceId, new PersonalText("any")),
            masker.Mask(PiiField.DeviceId, new PersonalText("any")));
        Assert.Throws<ArgumentOutOfRangeException>(() => masker.MethodOf((PiiField)7));
    }

    [Fact]
    public void A_mask_of_Hmac_is_not_turned_back_and_neither_is_one_of_a_missing_generation()
    {
        var masker = Masker(1, MaskingMethod.IpCrypt);

        Assert.Throws<ArgumentException>(() => masker.Unmask(PiiField.DeviceId, "724-62-0475", 1));
        Assert.Throws<ArgumentException>(() => masker.Unmask(PiiField.Ip, "::1", 1, MaskingMethod.Ff1));
        Assert.Throws<ArgumentOutOfRangeException>(() => masker.Unmask(PiiField.Ip, "::1", 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => masker.Unmask(PiiField.Ip, "::1", 0));
    }

    [Fact]
    public void No_look_alike_mask_has_the_form_of_a_mask_of_Hmac()
    {
        var masker = Masker(1, MaskingMethod.Ff1);

        Assert.Null(masker.Mask(PiiField.DeviceId, new PersonalText($"0:{new string('7', 64)}")));
        Assert.False(Mask.TryParse(masker.Mask(PiiField.DeviceId, new PersonalText(new string('7', 66))), out _));
    }

    /// <summary>
    /// Each step writes a value in one of its spellings, rekeys the rows, or appends a key, with the same method or the
    /// next one. From Hmac there is no way back.
    /// </summary>
    [Theory]
    [InlineData(MaskingMethod.IpCrypt)]
    [InlineData(MaskingMethod.IpCryptPfx)]
    [InlineData(MaskingMethod.Ff1)]
    public void Any_history_of_writes_rotations_and_changes_of_method_ends_with_equal_masks_exactly_for_equal_values(
        MaskingMethod first)
    {
        var field = FieldOf(first);
        var steps = Gen.Frequency((1, Gen.Constant(-1)), (1, Gen.Constant(-2)), (1, Gen.Constant(-3)),
            (8, Gen.Choose(0, 7))).ListOf().ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithReplay(20260101, 1), Prop.ForAll(steps, history =>
        {
            List<MaskingMethod> methods = [first];
            var masker = Current();
            var rows = new List<Row>();
            foreach (var step in history)
            {
                if (step >= 0)
                {
                    rows.Add(Row.Write(masker, field, step));
                }
                else if (step == -1)
                {
                    rows = rows.ConvertAll(row => row.Rekey(masker, field, methods));
                }
                else if (methods.Count < Keys.Length)
                {
                    methods.Add(step == -2 ? methods[^1] : Next(methods[^1]));
                    masker = Current();
                }
            }

            var rekeyed = rows.ConvertAll(row => row.Rekey(masker, field, methods));
            return rekeyed.TrueForAll(a => rekeyed.TrueForAll(b => (a.Value == b.Value) == (a.Mask == b.Mask)));

            KeyedPiiMasker Current() => Masker(methods.Count, methods[^1], field);
        }));

        static MaskingMethod Next(MaskingMethod method) =>
            method == MaskingMethod.IpCrypt ? MaskingMethod.IpCryptPfx : MaskingMethod.Hmac;
    }

    private static PiiField FieldOf(MaskingMethod method) =>
        method == MaskingMethod.Ff1 ? PiiField.DeviceId : PiiField.Ip;

    private static KeyedPiiMasker Masker(int generations, MaskingMethod method, PiiField? field = null)
    {
        var options = new MaskingOptions { Methods = { [(field ?? FieldOf(method)).Name()] = method } };
        Array.ForEach(Keys[..generations], options.Keys.Add);
        return new KeyedPiiMasker(options);
    }

    /// <param name="Value">The value's number; two steps write each value.</param>
    /// <param name="Mask">The mask.</param>
    /// <param name="Generation">The row's generation.</param>
    private sealed record Row(int Value, string Mask, int Generation)
    {
        public static Row Write(KeyedPiiMasker masker, PiiField field, int step)
        {
            var spelling = (field, step % 2) switch
            {
                (PiiField.DeviceId, _) => $"000-00-000{step / 2}",
                (_, 0) => $"10.0.0.{step / 2}",
                _ => $"::FFFF:10.0.0.{step / 2}",
            };
            return new Row(step / 2, masker.Mask(field, new PersonalText(spelling))!, masker.Generation);
        }

        public Row Rekey(KeyedPiiMasker masker, PiiField field, List<MaskingMethod> methods) => new(
            Value,
            Masking.Mask.TryParse(Mask, out _)
                ? masker.Rekey(field, Mask)
                : masker.Rekey(field, Mask, Generation, methods[Generation - 1])!,
            masker.Generation);
    }
}
