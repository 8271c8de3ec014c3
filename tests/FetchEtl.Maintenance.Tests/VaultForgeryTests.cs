using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// An attacker who may write to pii_vault, has copies of its entries and the vault's public key, but neither masking
/// keys nor the private key. He makes no mask reveal another value, whether the reader has the masking keys or not.
/// </summary>
public sealed class VaultForgeryTests : IAsyncLifetime
{
    private const string Victim = "192.0.2.1";
    private const string Own = "192.0.2.66";

    private readonly VaultKeyFiles _files = new();
    private readonly RevealingKey _key;
    private readonly KeyedPiiMasker _masker = Masker(TestKeys.First);
    private readonly KeyedPiiMasker _next = Masker(TestKeys.First, TestKeys.Second);
    private MaintenanceStore _store = null!;

    public VaultForgeryTests() => _key = RevealingKey.Read(_files.Private, passphrase: null);

    public async Task InitializeAsync() => _store = await MaintenanceStore.CreateAsync();

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _key.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Swapped_forged_and_downgraded_entries_are_refused_with_and_without_the_masking_keys()
    {
        var mask = MaskOf(_masker, Victim);
        var own = MaskOf(_masker, Own);
        var forged = SealingKey.Read(_files.Public).Seal(PiiField.Ip, mask, new PersonalText(Own));
        var signedByOther = Masker(TestKeys.Third).VaultSigner.Sign(PiiField.Ip, mask, _key.KeyId, forged);
        var downgraded = VaultKeyFiles.SealVersion1("ip", Own);
        var fromOwn = $"FROM pii_vault AS o WHERE pii_vault.mask = '{mask}' AND o.mask = '{own}'";
        (string Attack, string Change)[] attacks =
        [
            ("another entry under the mask", "SET sealed = o.sealed, generation = o.generation, key_id = o.key_id, " +
                $"signature = o.signature {fromOwn}"),
            ("another sealed value", $"SET sealed = o.sealed {fromOwn}"),
            ("another signature", $"SET signature = o.signature {fromOwn}"),
            ("another field", "SET field = 'device_id'"),
            ("another generation", "SET generation = 2"),
            ("another key", $"SET key_id = '{new string('0', 64)}'"),
            ("a value of his own", $"SET sealed = {Hex(forged)}"),
            ("a value that he signed", $"SET sealed = {Hex(forged)}, signature = {Hex(signedByOther)}"),
            ("a value without signature", $"SET sealed = {Hex(forged)}, signature = NULL"),
            ("its own value without signature", "SET signature = NULL, generation = NULL, key_id = NULL"),
            ("a value of version 1", $"SET sealed = {Hex(downgraded)}, signature = NULL, generation = NULL, " +
                "key_id = NULL"),
        ];
        foreach (var (attack, change) in attacks)
        {
            await _store.ExecuteAsync("TRUNCATE pii_vault");
            await SealAsync(Victim);
            await SealAsync(Own);
            Assert.Equal([Victim, Victim, Victim], await OpenAsync(mask));

            await _store.ExecuteAsync($"UPDATE pii_vault {Where(change, mask)}");

            // The third reader has no masking keys and accepts version 1: that it has no signature is what he accepts.
            string?[] refused = [null, null, attack == "a value of version 1" ? Own : null];
            Assert.Equal(refused.Prepend(attack), (await OpenAsync(mask)).Prepend(attack));
        }
    }

    [Fact]
    public async Task An_entry_of_an_older_generation_is_refused_under_a_mask_of_a_later_one()
    {
        var (older, newer) = (MaskOf(_masker, Victim), MaskOf(_next, Victim));
        await SealAsync(Victim);
        await SealAsync(Own);
        await _store.ExecuteAsync($"CREATE TABLE kept AS SELECT * FROM pii_vault WHERE mask = '{older}'");
        Assert.Empty((await RekeyAsync()).Left);
        Assert.Equal([Victim, Victim, Victim], await OpenAsync(newer));

        foreach (var generation in new[] { 1, 2 })
        {
            foreach (var target in new[] { newer, MaskOf(_next, Own) })
            {
                await _store.ExecuteAsync(
                    $"""
                    DELETE FROM pii_vault WHERE mask = '{target}';
                    INSERT INTO pii_vault (mask, field, sealed, generation, key_id, signature)
                    SELECT '{target}', field, sealed, {generation}, key_id, signature FROM kept
                    """);

                Assert.Equal([null, null, null], await OpenAsync(target));
            }
        }
    }

    [Fact]
    public async Task Rekeying_signs_no_forged_entry_and_reports_it()
    {
        var mask = MaskOf(_masker, Victim);
        await SealAsync(Victim);
        await SealAsync(Own);
        var forged = SealingKey.Read(_files.Public).Seal(PiiField.Ip, mask, new PersonalText(Own));
        await _store.ExecuteAsync($"UPDATE pii_vault SET sealed = {Hex(forged)} WHERE mask = '{mask}'");

        var summary = await RekeyAsync();

        Assert.Equal((2L, 1L, 0L), (summary.VaultEntries, summary.VaultForged, summary.VaultLeft));
        Assert.StartsWith(
            "pii_vault held 1 entries whose signature is not genuine",
            Assert.Single(summary.Left),
            StringComparison.Ordinal);
        Assert.Equal([null, null, null], await OpenAsync(MaskOf(_next, Victim)));
        Assert.Equal([Own, Own, Own], await OpenAsync(MaskOf(_next, Own)));
    }

    [Fact]
    public async Task An_entry_of_version_1_is_opened_before_and_after_a_rotation_where_its_reader_knows_what_it_is()
    {
        await _store.ExecuteAsync(
            "INSERT INTO pii_vault (mask, field, sealed) VALUES " +
            $"('{MaskOf(_masker, Victim)}', 'ip', {Hex(VaultKeyFiles.SealVersion1("ip", Victim))})");
        Assert.Equal([Victim, null, Victim], await OpenAsync(MaskOf(_masker, Victim)));

        Assert.Empty((await RekeyAsync()).Left);

        Assert.Equal([Victim, null, Victim], await OpenAsync(MaskOf(_next, Victim)));
    }

    [Fact]
    public async Task Without_any_key_that_verifies_an_entry_it_is_not_opened_and_the_remedy_is_named()
    {
        await SealAsync(Victim);
        await using var session = _store.Session();
        var access = new VaultAccess(session, masker: null) { AcceptsUnsigned = true };
        var mask = MaskOf(_masker, Victim);

        var entry = Assert.Single((await access.FindAsync([mask], CancellationToken.None))[mask]);

        Assert.StartsWith(
            "nothing shows whether the service sealed it: give the vault's verification keys by --verify-key",
            Assert.Throws<InvalidDataException>(() => access.Open(entry, _key)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_was_sealed_for_another_mask_is_refused_even_where_the_service_signed_it()
    {
        var mask = MaskOf(_masker, Victim);
        var foreign = SealingKey.Read(_files.Public).Seal(PiiField.Ip, MaskOf(_masker, Own), new PersonalText(Victim));
        var signature = _masker.VaultSigner.Sign(PiiField.Ip, mask, _key.KeyId, foreign);
        await _store.ExecuteAsync(
            "INSERT INTO pii_vault (mask, field, sealed, generation, key_id, signature) VALUES " +
            $"('{mask}', 'ip', {Hex(foreign)}, 1, '{_key.KeyId}', {Hex(signature)})");

        Assert.Equal([null, null, null], await OpenAsync(mask));
    }

    private static KeyedPiiMasker Masker(params string[] keys) => new(MaintenanceStore.Masking(keys));

    private static string MaskOf(KeyedPiiMasker masker, string value) =>
        masker.Mask(PiiField.Ip, new PersonalText(value))!;

    private static string Hex(byte[] bytes) => $"'\\x{Convert.ToHexStringLower(bytes)}'::bytea";

    private static string Where(string change, string mask) =>
        change.Contains("WHERE", StringComparison.Ordinal) ? change : $"{change} WHERE mask = '{mask}'";

    private Task<RekeySummary> RekeyAsync() =>
        _store.RekeyAsync(MaintenanceStore.Masking(TestKeys.First, TestKeys.Second));

    /// <summary>
    /// Opens what the vault holds under a mask: with the masking keys; with printed verification keys alone; with these
    /// and the option for version 1.
    /// </summary>
    /// <returns>The values; null where the entry was refused.</returns>
    private async Task<IEnumerable<string?>> OpenAsync(string mask)
    {
        var verifier = VaultVerifier.Read(_files.Write("verifier.pem", _next.VaultSigner.Verifier.ToPem()));
        await using var session = _store.Session();
        VaultAccess[] readers =
        [
            new(session, _next),
            new(session, masker: null) { Verifier = verifier },
            new(session, masker: null) { Verifier = verifier, AcceptsUnsigned = true },
        ];
        var values = new List<string?>();
        foreach (var reader in readers)
        {
            var entry = Assert.Single((await reader.FindAsync([mask], CancellationToken.None))[mask]);
            try
            {
                values.Add(reader.Open(entry, _key).Reveal());
            }
            catch (InvalidDataException)
            {
                values.Add(null);
            }
        }

        return values;
    }

    private async Task SealAsync(string value)
    {
        var options = MaintenanceStore.Masking(TestKeys.First);
        options.Vault.PublicKeyFile = _files.Public;
        await using var session = _store.Session();
        await using var transaction = await session.BeginTransactionAsync();
        await PiiVault.Of(options)!.SealAsync(
            session,
            [new VaultValue(PiiField.Ip, MaskOf(_masker, value), new PersonalText(value))],
            CancellationToken.None);
        await transaction.CommitAsync();
    }
}
