using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>A person's masks, of each generation as it wrote them; without a database.</summary>
public sealed class SubjectTests
{
    private static readonly PersonalText Theirs = new("192.0.2.1");

    [Fact]
    public void A_persons_masks_are_found_after_a_weak_key_was_rotated_away()
    {
        var weak = Convert.ToBase64String(new byte[32]);
        var masker = new KeyedPiiMasker(MaintenanceStore.Masking(weak, TestKeys.First));

        var masks = SubjectMasks.Of(masker, PiiField.Ip, Theirs).Where(mask => mask.Generation is null).ToList();

        Assert.Equal(2, masks.Count);
        Assert.Equal(masker.Mask(PiiField.Ip, Theirs), masks[1].Text);
        Assert.Equal(masks[1].Text, masker.Rekey(PiiField.Ip, masks[0].Text));
    }

    [Fact]
    public void A_text_that_has_no_look_alike_is_the_persons_all_the_same()
    {
        var masker = LookAlike(TestKeys.First);
        var text = new PersonalText("not an address");
        var subject = new Subject(masker, PiiField.Ip, [text, Theirs]);

        Assert.Null(masker.Mask(PiiField.Ip, text));
        Assert.True(subject.Has(subject.Comparer.Mask(PiiField.Ip, text)));
        Assert.True(subject.Has(subject.Comparer.Mask(PiiField.Ip, new PersonalText("::ffff:192.0.2.1"))));
        Assert.False(subject.Has(subject.Comparer.Mask(PiiField.Ip, new PersonalText("192.0.2.2"))));
        Assert.False(subject.Has(null));
    }

    [Fact]
    public void The_vaults_masks_are_those_of_Hmac_of_every_generation_whatever_the_methods_are()
    {
        var subject = new Subject(LookAlike(TestKeys.First, TestKeys.Second), PiiField.Ip, [Theirs]);

        Assert.Equal(
            new[] { Hmac(TestKeys.First), Hmac(TestKeys.First, TestKeys.Second) }
                .Select(masker => masker.Mask(PiiField.Ip, Theirs)),
            subject.Masks);
    }

    [Theory]
    [InlineData(PiiField.Ip, "192.0.2.1", MaskingMethod.IpCrypt)]
    [InlineData(PiiField.Ip, "192.0.2.1", MaskingMethod.IpCryptPfx)]
    [InlineData(PiiField.DeviceId, "000-00-0001", MaskingMethod.Ff1)]
    public void Whoever_changes_the_recorded_methods_hides_no_row_since_masks_of_every_method_are_looked_for(
        PiiField field, string value, MaskingMethod written)
    {
        var options = MaintenanceStore.Masking(TestKeys.First);
        options.Methods[field.Name()] = written;
        var mask = new KeyedPiiMasker(options).Mask(field, new PersonalText(value))!;

        // A reader whose settings, and whose table, say Hmac.
        var masks = SubjectMasks.Of(Hmac(TestKeys.First, TestKeys.Second), field, new PersonalText(value));

        Assert.Contains(new SubjectMask(mask, 1), masks);
        Assert.Equal(masks.Count, masks.Select(x => x.Text).Distinct().Count());
    }

    [Fact]
    public void An_entry_of_before_a_change_to_look_alikes_is_opened_only_under_its_own_mask()
    {
        using var files = new VaultKeyFiles();
        using var key = RevealingKey.Read(files.Private, passphrase: null);
        var opening = new VaultOpening(
            LookAlike(TestKeys.First, TestKeys.Second), verifier: null, acceptsUnsigned: false);
        var older = Hmac(TestKeys.First);

        Assert.Equal(Theirs.Reveal(), opening.Open(Entry(Theirs), key).Reveal());
        Assert.Throws<InvalidDataException>(() => opening.Open(Entry(new PersonalText("192.0.2.2")), key));

        SealedValue Entry(PersonalText masked) => new()
        {
            Mask = older.Mask(PiiField.Ip, masked)!,
            Field = "ip",
            Sealed = VaultKeyFiles.SealVersion1("ip", Theirs.Reveal()),
        };
    }

    [Fact]
    public void A_random_mask_has_the_form_of_the_one_before_and_nothing_else_of_it_and_a_look_alike_has_none()
    {
        var random = new RandomMask(bytes => bytes.Fill(7));
        var hash = string.Concat(Enumerable.Repeat("07", 32));

        Assert.Equal($"12:{hash}", random.Like(PiiField.Ip, $"12:{new string('a', 64)}"));
        Assert.Equal(hash, random.Like(PiiField.DeviceId, new string('A', 64)));
        Assert.Equal($"erased:{hash[..32]}", random.Like(PiiField.UserId, "ann"));
        Assert.Equal($"erased:{hash[..32]}", random.Like(PiiField.UserId, "192.0.2.1"));
        Assert.Null(random.Like(PiiField.Ip, "192.0.2.1"));
        Assert.Null(random.Like(PiiField.Ip, "2001:db8::1"));
        Assert.Null(random.Like(PiiField.DeviceId, "123456"));
    }

    private static KeyedPiiMasker Hmac(params string[] keys) => new(MaintenanceStore.Masking(keys));

    private static KeyedPiiMasker LookAlike(params string[] keys)
    {
        var options = MaintenanceStore.Masking(keys);
        options.Methods["ip"] = MaskingMethod.IpCryptPfx;
        return new KeyedPiiMasker(options);
    }
}
