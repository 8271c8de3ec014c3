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

        await using var context = _store.CreateDbContext();
        var access = new VaultAccess(context, Masker(Keys.Length));
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
        await using var context = _store.CreateDbContext();
        var access = new VaultAccess(context, masker: null);

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

        await using var context = _store.CreateDbContext();
        var access = new VaultAccess(context, Masker(Keys.Length));
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
        await using var context = _store.CreateDbContext();
        var mask = MaskOf(Masker(1), PiiField.Ip, "192.0.2.1");

        var refusal = await Assert.ThrowsAsync<MaskingRefusedException>(
            () => new VaultAccess(context, keys == 0 ? null : Masker(keys)).EraseAsync([mask], CancellationToken.None));

        Assert.Contains("generations 1, 2", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2L, await _store.ScalarAsync<long>("SELECT count(*) FROM pii_vault"));
        var erased = await new VaultAccess(context, Masker(2)).EraseAsync([mask], CancellationToken.None);
        Assert.Equal(2, erased[mask].Count());
        Assert.Equal(0L, await _store.ScalarAsync<long>("SELECT count(*) FROM pii_vault"));
    }

    [Fact]
    public async Task A_sealed_value_that_was_moved_to_another_mask_is_refused_where_the_keys_are_at_hand()
    {
        var masker = Masker(1);
        await SealAsync(masker, PiiField.Ip, "192.0.2.1");
        var other = MaskOf(masker, PiiField.Ip, "192.0.2.2");
        await _store.ExecuteAsync($"UPDATE pii_vault SET mask = '{other}'");
        await using var context = _store.CreateDbContext();
        var access = new VaultAccess(context, masker);

        var moved = Assert.Single((await access.FindAsync([other], CancellationToken.None))[other]);

        var refusal = Assert.Throws<InvalidDataException>(() => access.Open(moved, _key));
        Assert.StartsWith("the stored value has another mask", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_was_written_in_another_way_is_the_masks_own()
    {
        var masker = Masker(2);
        await SealAsync(masker, PiiField.Ip, "::ffff:192.0.2.1");
        await using var context = _store.CreateDbContext();
        var access = new VaultAccess(context, masker);
        var mask = MaskOf(masker, PiiField.Ip, "192.0.2.1");

        var found = Assert.Single((await access.FindAsync([mask], CancellationToken.None))[mask]);

        Assert.Equal("::ffff:192.0.2.1", access.Open(found, _key).Reveal());
    }

    [Fact]
    public async Task A_mask_of_a_weak_method_finds_its_value_in_every_field()
    {
        var masker = PiiMaskers.Create(new MaskingOptions { Method = MaskingMethod.Sha256, AllowWeak = true });
        await SealAsync(masker, PiiField.Ip, "same");
        await SealAsync(masker, PiiField.DeviceId, "same");
        await using var context = _store.CreateDbContext();
        var access = new VaultAccess(context, masker);
        var mask = MaskOf(masker, PiiField.Ip, "same");

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
        await using var context = _store.CreateDbContext();
        await using var transaction = await context.Database.BeginTransactionAsync();
        var vault = PiiVault.Of(new MaskingOptions { Vault = { PublicKeyFile = _files.Public } })!;
        Assert.Equal(1, await vault.SealAsync(
            context,
            [new VaultValue(field, MaskOf(masker, field, value), new PersonalText(value))],
            CancellationToken.None));
        await transaction.CommitAsync();
    }
}
