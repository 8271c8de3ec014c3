using FetchEtl.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Masking.Tests;

public sealed class KeyedPiiMaskerTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithReplay(20260101, 1);

    [Theory]
    [InlineData(PiiField.Ip)]
    [InlineData(PiiField.DeviceId)]
    [InlineData(PiiField.UserId)]
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
            (a == b) == (DeviceMask(a) == DeviceMask(b))));

        string? DeviceMask(string text) => masker.Mask(PiiField.DeviceId, new PersonalText(text));
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
    public void The_same_text_has_another_mask_in_each_field_and_after_each_layer()
    {
        var first = Masker(TestKeys.First);
        var second = Masker(TestKeys.First, TestKeys.Second);
        var masks = PiiFields.All.Select(field => first.Mask(field, new PersonalText("192.0.2.1"))!).ToArray();

        var rekeyed = PiiFields.All.SelectMany(field => masks.Select(mask => second.Rekey(field, mask)));

        Assert.Equal(3, masks.Distinct().Count());
        Assert.Equal(9, rekeyed.Distinct().Count());
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("")]
    [InlineData("0:c095d3c959559a70e539824b204f3729108c1b0cfd99f83f3747d24fc47a4dc8")]
    [InlineData("3:c095d3c959559a70e539824b204f3729108c1b0cfd99f83f3747d24fc47a4dc8")]
    [InlineData("c095d3c959559a70e539824b204f3729108c1b0cfd99f83f3747d24fc47a4dc8")]
    public void A_text_that_is_not_a_mask_of_the_ring_is_not_rekeyed_and_not_quoted(string text)
    {
        var refusal = Assert.Throws<ArgumentException>(
            () => Masker(TestKeys.First, TestKeys.Second).Rekey(PiiField.Ip, text));

        Assert.Equal("is not a mask of generation 1 to 2 (Parameter 'mask')", refusal.Message);
    }

    [Fact]
    public void Without_a_former_method_no_mask_of_one_is_rekeyed()
    {
        Assert.Throws<InvalidOperationException>(() => Masker(TestKeys.First).RekeyFormer(PiiField.Ip, new byte[32]));
    }

    [Fact]
    public void The_newest_generation_the_length_of_its_masks_and_the_checks_are_those_of_the_keys()
    {
        var masker = Masker(TestKeys.First, TestKeys.Second);

        Assert.Equal(2, masker.Generation);
        Assert.Equal(masker.MaskLength, masker.Mask(PiiField.Ip, new PersonalText("192.0.2.1"))!.Length);
        Assert.Equal(Masker(TestKeys.First).KeyCheck(1), masker.KeyCheck(1));
        Assert.NotEqual(masker.KeyCheck(1), masker.KeyCheck(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => masker.KeyCheck(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => masker.KeyCheck(3));
    }

    [Fact]
    public void Without_a_key_there_is_no_masker()
    {
        var keyless = new MaskingOptions();

        var refused = Assert.Throws<MaskingRefusedException>(() => new KeyedPiiMasker(keyless));
        Assert.Equal(keyless.Validate(), refused.Problems);
        Assert.NotEmpty(keyless.Validate());
    }

    [Fact]
    public void Any_history_of_writes_and_rotations_ends_with_equal_masks_exactly_for_equal_values()
    {
        string[] keys = [TestKeys.First, TestKeys.Second, TestKeys.Third];
        // -1 adds the next key; any other step writes one of a few addresses, in one of its spellings.
        var steps = Gen.Frequency((1, Gen.Constant(-1)), (8, Gen.Choose(0, 7))).ListOf().ToArbitrary();

        Check.One(Seeded, Prop.ForAll(steps, history =>
        {
            var generation = 1;
            var rows = new List<(int Value, string Mask)>();
            foreach (var step in history)
            {
                if (step < 0)
                {
                    generation = Math.Min(generation + 1, keys.Length);
                    continue;
                }

                var spelling = step % 2 == 0 ? $"10.0.0.{step / 2}" : $"::FFFF:10.0.0.{step / 2}";
                rows.Add((step / 2, Masker(keys[..generation]).Mask(PiiField.Ip, new PersonalText(spelling))!));
            }

            var newest = Masker(keys[..generation]);
            var rekeyed = rows.ConvertAll(row => (row.Value, Mask: newest.Rekey(PiiField.Ip, row.Mask)));
            return rekeyed.TrueForAll(a => rekeyed.TrueForAll(b => (a.Value == b.Value) == (a.Mask == b.Mask)));
        }));
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        var masker = Masker(TestKeys.First);
        var alone = Enumerable.Range(0, 1000)
            .Select(i => masker.Mask(PiiField.DeviceId, new PersonalText($"{i}")))
            .ToArray();

        var together = new string?[alone.Length];
        Parallel.For(0, alone.Length, i => together[i] = masker.Mask(PiiField.DeviceId, new PersonalText($"{i}")));

        Assert.Equal(alone, together);
    }

    private static KeyedPiiMasker Masker(params string[] keys)
    {
        var options = new MaskingOptions();
        Array.ForEach(keys, options.Keys.Add);
        return new KeyedPiiMasker(options);
    }
}
