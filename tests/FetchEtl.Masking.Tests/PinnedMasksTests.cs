namespace FetchEtl.Masking.Tests;

public sealed class PinnedMasksTests
{
    private static readonly PinnedMasks Pinned = PinnedMasks.Read();

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Pinned.Masks.Length)];

    [Fact]
    public void Every_method_and_every_field_is_pinned()
    {
        var methods = Pinned.Masks.Where(x => x.Former is null).Select(x => (x.Method, x.Field)).Distinct();
        var formers = Pinned.Masks.Where(x => x.Former is not null).Select(x => (x.Former!, x.Field)).Distinct();

        var fields = PiiFields.All.Select(field => field.Name()).ToArray();
        Assert.Equal(
            Enum.GetValues<MaskingMethod>().SelectMany(method => PiiFields.All
                .Where(field => !method.IsLookAlike() || MaskingMethods.Of(field).Contains(method))
                .Select(field => ($"{method}", field.Name()))).Order(),
            methods.Order());
        Assert.Equal(
            new[] { "Sha256", "SaltedSha256" }.SelectMany(former => fields.Select(field => (former, field))).Order(),
            formers.Order());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mask_is_the_pinned_one_after_every_layer(int index)
    {
        var pinned = Pinned.Masks[index];
        Assert.True(PiiFields.TryParse(pinned.Field, out var field));

        for (var generations = 1; generations <= pinned.Masks.Length; generations++)
        {
            var options = Pinned.Options(pinned.Method, pinned.Former, generations);
            Assert.Empty(options.Validate());

            Assert.Equal(
                pinned.Masks[generations - 1], PiiMaskers.Create(options).Mask(field, new PersonalText(pinned.Value)));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mask_of_any_layer_is_rekeyed_to_the_pinned_one_of_any_later_layer(int index)
    {
        var pinned = Pinned.Masks[index];
        Assert.True(PiiFields.TryParse(pinned.Field, out var field));

        for (var generations = 1; pinned.Method == "Hmac" && generations <= pinned.Masks.Length; generations++)
        {
            var masker = new KeyedPiiMasker(Pinned.Options(pinned.Method, pinned.Former, generations));

            Assert.All(pinned.Masks[..generations], mask =>
                Assert.Equal(pinned.Masks[generations - 1], masker.Rekey(field, mask)));
        }
    }

    [Fact]
    public void A_former_mask_is_rekeyed_to_the_pinned_one_of_its_value()
    {
        foreach (var pinned in Pinned.Masks.Where(x => x.Former is not null))
        {
            Assert.True(PiiFields.TryParse(pinned.Field, out var field));
            var former = PiiMaskers.Create(Pinned.Options(pinned.Former!, former: null, generations: 0))
                .Mask(field, new PersonalText(pinned.Value))!;

            var rekeyed = new KeyedPiiMasker(Pinned.Options("Hmac", pinned.Former, 3))
                .RekeyFormer(field, Convert.FromHexString(former));

            Assert.Equal(pinned.Masks[2], rekeyed);
        }
    }

    [Fact]
    public void A_keys_check_is_the_pinned_one()
    {
        Assert.All(Pinned.Checks, pinned => Assert.Equal(
            pinned.Check,
            new KeyedPiiMasker(Pinned.Options("Hmac", pinned.Former, pinned.Generation)).KeyCheck(pinned.Generation)));
    }
}
