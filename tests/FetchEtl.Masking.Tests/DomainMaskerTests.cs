using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

/// <summary>Masks of domains: the recipe, the lift over generations, and what is refused.</summary>
public sealed class DomainMaskerTests
{
    private static readonly PersonalText Address = new("192.0.2.7");

    /// <summary>Computed by Python's hmac and hashlib from the recipe.</summary>
    [Fact]
    public void A_mask_is_the_pinned_one()
    {
        var masker = Masker(TestKeys.First);
        var stored = masker.Mask(PiiField.Ip, Address);

        Assert.Equal(
            "cd3651a4088198f1f7281d795359cba1",
            Domain(masker, "team").Mask(PiiField.Ip, stored, generation: null, "month 2026-11-01"));
    }

    [Fact]
    public void Masks_of_all_generations_and_of_a_raw_user_are_equal_where_values_are()
    {
        var newest = Masker(TestKeys.First, TestKeys.Second, TestKeys.Third);
        var domain = Domain(newest, "team");
        foreach (var field in PiiFields.All)
        {
            var masks = new[]
            {
                Masker(TestKeys.First), Masker(TestKeys.First, TestKeys.Second), newest,
            }.Select(masker => domain.Mask(field, masker.Mask(field, Address), generation: null, "p"));
            Assert.Single(masks.Distinct());
        }

        Assert.Equal(
            domain.Mask(PiiField.UserId, newest.Mask(PiiField.UserId, Address), generation: null, "p"),
            domain.Mask(PiiField.UserId, Address.Reveal(), generation: null, "p"));
    }

    [Fact]
    public void Masks_differ_by_field_domain_period_and_newest_key()
    {
        var masker = Masker(TestKeys.First);
        var stored = masker.Mask(PiiField.Ip, Address)!;
        var domain = Domain(masker, "team");
        string?[] masks =
        [
            stored,
            domain.Mask(PiiField.Ip, stored, generation: null, "p"),
            domain.Mask(PiiField.DeviceId, stored, generation: null, "p"),
            domain.Mask(PiiField.Ip, stored, generation: null, "q"),
            Domain(masker, "teams").Mask(PiiField.Ip, stored, generation: null, "p"),
            Domain(Masker(TestKeys.First, TestKeys.Second), "team")
                .Mask(PiiField.Ip, stored, generation: null, "p"),
        ];

        Assert.Equal(masks.Length, masks.Distinct().Count());
        Assert.All(masks[1..], mask => Assert.Equal(DomainMasker.MaskLength, mask!.Length));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void What_is_absent_has_no_mask(string? stored) =>
        Assert.Null(Domain(Masker(TestKeys.First), "team").Mask(PiiField.Ip, stored, null, "p"));

    [Fact]
    public void Look_alikes_of_all_generations_are_equal_where_values_are_and_nothing_else_is_taken_for_one()
    {
        var (older, newest) = (LookAlike(TestKeys.First), LookAlike(TestKeys.First, TestKeys.Second));
        var domain = Domain(newest, "team");

        Assert.Equal(
            domain.Mask(PiiField.Ip, newest.Mask(PiiField.Ip, Address), generation: 2, "p"),
            domain.Mask(PiiField.Ip, older.Mask(PiiField.Ip, Address), generation: 1, "p"));
        Refused("add the keys that are missing", "203.0.113.9", 3);
        Refused("somebody has changed it", "no address", 1);
        Refused("fetch-etl adopt", "203.0.113.9", null);

        void Refused(string remedy, string stored, int? generation)
        {
            var refused = Assert.Throws<MaskingRefusedException>(
                () => domain.Mask(PiiField.Ip, stored, generation, "p"));
            Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(stored, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Equal_texts_alone_have_one_group()
    {
        var domain = Domain(Masker(TestKeys.First), "team");

        Assert.Equal(domain.Group("a"), domain.Group("a"));
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(i => domain.Group($"{i}")).Distinct().Count());
        Assert.NotEqual(domain.Group("a"), Domain(Masker(TestKeys.First), "other").Group("a"));
    }

    private static KeyedPiiMasker Masker(params string[] keys)
    {
        var options = new MaskingOptions();
        Array.ForEach(keys, options.Keys.Add);
        return new KeyedPiiMasker(options);
    }

    private static KeyedPiiMasker LookAlike(params string[] keys)
    {
        var options = new MaskingOptions();
        Array.ForEach(keys, options.Keys.Add);
        options.Methods["ip"] = MaskingMethod.IpCryptPfx;
        return new KeyedPiiMasker(options);
    }

    private static DomainMasker Domain(KeyedPiiMasker masker, string name) =>
        new(masker, name, (_, field) => masker.MethodOf(field));
}
