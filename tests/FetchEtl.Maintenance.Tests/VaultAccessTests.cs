using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>Values are found and erased by masks of any generation, and opened only where they belong.</summary>
public sealed class VaultAccessTests : IAsyncLifetime
{
    private static readonly string[] Keys = [TestKeys.First, TestKeys.Second, TestKeys.Third];

    private readonly VaultKeyFiles _files = new();
    private readonly RevealingKey _key;
    private MaintenanceStore _store = null!;

    public VaultAccessTests() => _key = RevealingKey.Read(_files.Private, passphrase: null);

    public async Task InitializeAsync() => _store = await MaintenanceStore.CreateAsync();

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _key.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task A_mask_of_any_generation_finds_its_value_under_the_mask_of_any_other()
    {
        foreach (var field in PiiFields.All)
        {
            for (var stored = 1; stored <= Keys.Length; stored++)
            {
                await SealAsync(Masker(stored), field, $"value of generation {stored}");
            }
        }

        await using var session = _store.Session();
        var access = new VaultAccess(session, Masker(Keys.Length));
        foreach (var field in PiiFields.All)
        {
            for (var stored = 1; stored <= Keys.Length; stored++)
            {
                var value = $"value of generation {stored}";
                var masks = Enumerable.Range(1, Keys.Length)
                    .Select(generation => MaskOf(Masker(generation), field, value)).ToArray();

                var found = await access.FindAsync(masks, CancellationToken.None);

                Assert.All(masks, mask => Assert.Equal(value, access.Open(Assert.Single(found[mask]), _key).Reveal()));
            }
        }
    }

    [Fact]
    public async Task Without_keys_a_value_is_found_only_under_its_mask_as_it_stands()
    {
        await SealAsync(Masker(2), PiiField.Ip, "192.0.2.1");
        string[] masks = [MaskOf(Masker(1), PiiField.Ip, "192.0.2.1"), MaskOf(Masker(2), PiiField.Ip, "192.0.2.1")];
        await using var session = _store.Session();
        var access = new VaultAccess(session, masker: null) { Verifier = Masker(2).VaultSigner.Verifier };

        var found = await access.FindAsync(masks, CancellationToken.None);

        Assert.Equal("192.0.2.1", access.Open(Assert.Single(found[masks[1]]), _key).Reveal());
        Assert.Empty(found[masks[0]]);
    }

    [Fact]
    public async Task Erasing_by_one_mask_deletes_the_value_under_those_of_all_generations_and_nothing_else()
    {
        for (var stored = 1; stored <= Keys.Length; stored++)
        {
            await SealAsync(Masker(stored), PiiField.Ip, "192.0.2.1");
            await SealAsync(Masker(stored), PiiField.Ip, "192.0.2.2");
            await SealAsync(Masker(stored), PiiField.DeviceId, "192.0.2.1");
        }

        await using var session = _store.Session();
        var access = new VaultAccess(session, Masker(Keys.Length));
        var mask = MaskOf(Masker(2), PiiField.Ip, "192.0.2.1");

        var erased = await access.EraseAsync([mask, "1:unknown"], CancellationToken.None);

        Assert.Equal(3, erased[mask].Count());
        Assert.Empty(erased["1:unknown"]);
        Assert.Equal(6L, await _store.ScalarAsync<long>("SELECT count(*) FROM pii_vault"));
        Assert.Empty((await access.FindAsync([mask], CancellationToken.None))[mask]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Erasing_in_mid_rotation_without_the_keys_of_all_generations_is_refused_and_deletes_nothing(
        int keys)
    {
        await SealAsync(Masker(1), PiiField.Ip, "192.0.2.1");
        await SealAsync(Masker(2), PiiField.Ip, "192.0.2.1");
        await using var session = _store.Session();
        var mask = MaskOf(Masker(1), PiiField.Ip, "192.0.2.1");

        var refusal = await Assert.ThrowsAsync<MaskingRefusedException>(
            () => new VaultAccess(session, keys == 0 ? null : Masker(keys)).EraseAsync([mask], CancellationToken.None));

        Assert.Contains("generations 1, 2", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2L, await _store.ScalarAsync<long>("SELECT count(*) FROM pii_vault"));
        var erased = await new VaultAccess(session, Masker(2)).EraseAsync([mask], CancellationToken.None);
        Assert.Equal(2, erased[mask].Count());
        Assert.Equal(0L, await _store.ScalarAsync<long>("SELECT count(*) FROM pii_vault"));
    }

    [Fact]
    public async Task A_wrong_private_key_is_told_from_the_right_one_by_their_fingerprints()
    {
        using var other = RevealingKey.Read(_files.OtherPrivate, passphrase: null);
        await SealAsync(Masker(1), PiiField.Ip, "192.0.2.1");
        await using var session = _store.Session();
        var access = new VaultAccess(session, Masker(1));
        var mask = MaskOf(Masker(1), PiiField.Ip, "192.0.2.1");

        var entry = Assert.Single((await access.FindAsync([mask], CancellationToken.None))[mask]);

        Assert.Equal(
            $"it was sealed to the key with the fingerprint {_key.KeyId}, and that of this private key is " +
            $"{other.KeyId}: give the private half of the first",
            Assert.Throws<InvalidDataException>(() => access.Open(entry, other)).Message);
    }

    [Fact]
    public async Task An_entry_of_a_generation_that_the_keys_lack_names_it()
    {
        await SealAsync(Masker(2), PiiField.Ip, "192.0.2.1");
        await using var session = _store.Session();
        var mask = MaskOf(Masker(2), PiiField.Ip, "192.0.2.1");
        foreach (var access in new[]
        {
            new VaultAccess(session, Masker(1)),
            new VaultAccess(session, masker: null) { Verifier = Masker(1).VaultSigner.Verifier },
        })
        {
            var entry = Assert.Single((await access.FindAsync([mask], CancellationToken.None))[mask]);

            Assert.StartsWith(
                "its entry is signed for generation 2, and the keys at hand are of 1: ",
                Assert.Throws<InvalidDataException>(() => access.Open(entry, _key)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_address_that_was_written_in_another_way_is_the_masks_own()
    {
        var masker = Masker(2);
        await SealAsync(masker, PiiField.Ip, "::ffff:192.0.2.1");
        await using var session = _store.Session();
        var access = new VaultAccess(session, masker);
        var mask = MaskOf(masker, PiiField.Ip, "192.0.2.1");

        var found = Assert.Single((await access.FindAsync([mask], CancellationToken.None))[mask]);

        Assert.Equal("::ffff:192.0.2.1", access.Open(found, _key).Reveal());
    }

    [Fact]
    public async Task A_mask_of_a_weak_method_finds_its_value_in_every_field()
    {
        var masker = PiiMaskers.Create(new MaskingOptions { Method = MaskingMethod.Sha256, AllowWeak = true });
        var mask = MaskOf(masker, PiiField.Ip, "same");
        foreach (var field in new[] { "ip", "device_id" })
        {
            await _store.ExecuteAsync(
                "INSERT INTO pii_vault (mask, field, sealed) VALUES (@mask, @field, @sealed)",
                SqlCommands.Parameter("mask", mask),
                SqlCommands.Parameter("field", field),
                SqlCommands.Parameter("sealed", VaultKeyFiles.SealVersion1(field, "same")));
        }

        await using var session = _store.Session();
        var access = new VaultAccess(session, masker);

        var found = await access.FindAsync([mask], CancellationToken.None);

        Assert.Equal(["same", "same"], found[mask].Select(value => access.Open(value, _key).Reveal()));
    }

    private static KeyedPiiMasker Masker(int generations)
    {
        var options = new MaskingOptions();
        Array.ForEach(Keys[..generations], options.Keys.Add);
        return new KeyedPiiMasker(options);
    }

    private static string MaskOf(IPiiMasker masker, PiiField field, string value) =>
        masker.Mask(field, new PersonalText(value))!;

    private async Task SealAsync(IPiiMasker masker, PiiField field, string value)
    {
        await using var session = _store.Session();
        await using var transaction = await session.BeginTransactionAsync();
        var options = new MaskingOptions { Vault = { PublicKeyFile = _files.Public } };
        Array.ForEach(Keys, options.Keys.Add);
        var vault = PiiVault.Of(options)!;
        Assert.Equal(1, await vault.SealAsync(
            session,
            [new VaultValue(field, MaskOf(masker, field, value), new PersonalText(value))],
            CancellationToken.None));
        await transaction.CommitAsync();
    }
}
