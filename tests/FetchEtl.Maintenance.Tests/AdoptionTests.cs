using System.Security.Cryptography;
using System.Text;
using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

public sealed class AdoptionTests : IAsyncLifetime
{
    private const string Snapshot = "SELECT md5(string_agg(concat(t.ctid, t.xmin, t), '' ORDER BY t.ctid)) FROM " +
        "old_logins t";

    private static readonly MaskedColumn[] Columns = [new("address", PiiField.Ip), new("device", PiiField.DeviceId)];

    private readonly MaskingOptions _ring = MaintenanceStore.Masking(TestKeys.First, TestKeys.Second);
    private MaintenanceStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = await MaintenanceStore.CreateAsync();
        await _store.ExecuteAsync("CREATE TABLE old_logins (id integer, address varchar(256), device text)");
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Raw_values_become_the_masks_that_the_service_makes_empty_ones_NULL_and_masks_stay()
    {
        var first = MaintenanceStore.Masking(TestKeys.First);
        await _store.ExecuteAsync(
            $"""
            INSERT INTO old_logins VALUES (1, '192.0.2.1', '000-00-0001'), (2, '::ffff:192.0.2.1', ''), (3, NULL, 'x'),
                (4, '2:0:0:0:0:0:0:1', NULL),
                (5, '{Mask(_ring, PiiField.Ip, "192.0.2.1")}', '{Mask(first, PiiField.DeviceId, "x")}')
            """);

        var summary = await _store.AdoptAsync(_ring, "old_logins", Columns);

        Assert.Empty(summary.Left);
        Assert.Equal(4, summary.Rows);
        Assert.Equal(
            [
                (Mask(_ring, PiiField.Ip, "192.0.2.1"), Mask(_ring, PiiField.DeviceId, "000-00-0001")),
                (Mask(_ring, PiiField.Ip, "192.0.2.1"), null),
                (null, Mask(_ring, PiiField.DeviceId, "x")),
                (Mask(_ring, PiiField.Ip, "2::1"), null),
                (Mask(_ring, PiiField.Ip, "192.0.2.1"), Mask(first, PiiField.DeviceId, "x")),
            ],
            await RowsAsync());
    }

    [Fact]
    public async Task With_a_vault_raw_values_are_sealed_as_they_are_masked()
    {
        using var files = new VaultKeyFiles();
        using var key = RevealingKey.Read(files.Private, passphrase: null);
        _ring.Vault.PublicKeyFile = files.Public;
        await _store.ExecuteAsync(
            $"""
            INSERT INTO old_logins VALUES (1, '192.0.2.1', 'x'), (2, '192.0.2.1', ''),
                (3, '{Mask(_ring, PiiField.Ip, "192.0.2.2")}', NULL)
            """);

        await _store.AdoptAsync(_ring, "old_logins", Columns);

        var vault = await _store.QueryAsync(
            "SELECT mask, field, sealed FROM pii_vault ORDER BY field",
            reader => (Mask: reader.GetString(0), Field: reader.GetString(1), Sealed: (byte[])reader.GetValue(2)));
        Assert.Equal(
            [
                (Mask(_ring, PiiField.DeviceId, "x"), "device_id", "x"),
                (Mask(_ring, PiiField.Ip, "192.0.2.1"), "ip", "192.0.2.1"),
            ],
            vault.Select(value =>
                ((string?)value.Mask, value.Field, key.Open(value.Field, value.Sealed, out _).Reveal())));
    }

    [Fact]
    public async Task What_a_deferred_trigger_says_of_a_row_is_not_passed_on()
    {
        await _store.ExecuteAsync(
            """
            INSERT INTO old_logins VALUES (1, '192.0.2.1', NULL);
            CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'no: %', OLD.address; END $$;
            CREATE CONSTRAINT TRIGGER quoting AFTER UPDATE ON old_logins DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION quote();
            """);

        var refusal = await Assert.ThrowsAsync<MaskingRefusedException>(
            () => _store.AdoptAsync(_ring, "old_logins", Columns));

        Assert.DoesNotContain("192.0.2.1", refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MaskingMethod.Sha256, null)]
    [InlineData(MaskingMethod.SaltedSha256, "pepper")]
    public async Task A_former_methods_masks_equal_those_of_rows_that_are_written_now(
        MaskingMethod former, string? salt)
    {
        _ring.Former = former;
        _ring.Salt = salt;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes("192.0.2.1" + salt));
        await _store.ExecuteAsync(
            $"""
            INSERT INTO old_logins VALUES (1, '{Convert.ToHexStringLower(hash)}', NULL),
                (2, '{Convert.ToHexString(hash)}', ''), (3, '{Mask(_ring, PiiField.Ip, "192.0.2.1")}', NULL)
            """);

        var summary = await _store.AdoptAsync(_ring, "old_logins", Columns);

        Assert.Empty(summary.Left);
        Assert.Equal(Enumerable.Repeat((Mask(_ring, PiiField.Ip, "192.0.2.1"), (string?)null), 3), await RowsAsync());
    }

    [Fact]
    public async Task Raw_values_where_a_former_methods_masks_should_be_are_refused_before_anything_is_changed()
    {
        _ring.Former = MaskingMethod.Sha256;
        await _store.ExecuteAsync($"INSERT INTO old_logins VALUES (1, '{new string('a', 64)}', NULL), (2, " +
            "'192.0.2.1', NULL)");

        Assert.StartsWith(
            "old_logins.address holds 1 values that are neither 64 hex digits nor masks, so they are not masks of " +
            "Masking:Former Sha256",
            await RefusalAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_former_methods_masks_are_not_taken_for_raw_values_unless_told_so()
    {
        var hex = new string('a', 64);
        await _store.ExecuteAsync($"INSERT INTO old_logins VALUES (1, '192.0.2.1', '{hex}')");

        Assert.StartsWith("old_logins.device holds 1 values of 64 hex " +
            "digits", await RefusalAsync(), StringComparison.Ordinal);

        Assert.Empty((await _store.AdoptAsync(_ring, "old_logins", Columns, hashesAreRaw: true)).Left);
        Assert.Equal([(Mask(_ring, PiiField.Ip, "192.0.2.1"), Mask(_ring, PiiField.DeviceId, hex))], await RowsAsync());
    }

    [Fact]
    public async Task Masks_under_a_key_that_is_not_there_are_refused()
    {
        await _store.ExecuteAsync($"INSERT INTO old_logins VALUES (1, '3:{new string('a', 64)}', NULL)");

        Assert.StartsWith("old_logins.address holds masks of generation 3, and " +
            "Masking:Keys", await RefusalAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_texts_in_a_column_that_must_not_be_NULL_are_refused_and_the_told_statement_is_the_remedy()
    {
        await _store.ExecuteAsync("ALTER TABLE old_logins ALTER device SET NOT NULL; INSERT INTO old_logins VALUES " +
            "(1, NULL, '')");

        var refusal = await RefusalAsync();
        Assert.StartsWith("old_logins.device is NOT NULL and holds 1 empty texts, which become " +
            "NULL: ", refusal, StringComparison.Ordinal);
        await _store.ExecuteAsync(refusal[refusal.IndexOf("ALTER TABLE", StringComparison.Ordinal)..^1]);

        Assert.Equal(1, (await _store.AdoptAsync(_ring, "old_logins", Columns)).Rows);
    }

    [Fact]
    public async Task A_plan_counts_and_changes_nothing()
    {
        await _store.ExecuteAsync("INSERT INTO old_logins SELECT i, '192.0.2.' || i, CASE WHEN i % 5 > 0 THEN i % 2 " +
            "|| '' END FROM generate_series(1, 100) i; INSERT INTO old_logins VALUES (101, '', NULL)");
        var before = await _store.ScalarAsync<string>(Snapshot);

        var plan = await _store.PlanAsync(_ring, "old_logins", Columns);

        Assert.Empty(plan.Problems);
        Assert.Equal(181, plan.ToMask);
        Assert.Equal((100, 1, 0), (plan.Counts[0].Raw, plan.Counts[0].Empty, plan.Counts[0].Nulls));
        Assert.Equal((80, 21), (plan.Counts[1].Raw, plan.Counts[1].Nulls));
        Assert.Equal(before, await _store.ScalarAsync<string>(Snapshot));
        Assert.Equal(0, await _store.ScalarAsync<long>("SELECT count(*) FROM masking_generations"));
    }

    [Fact]
    public async Task Cut_off_and_begun_again_it_masks_each_value_once()
    {
        await _store.ExecuteAsync("INSERT INTO old_logins SELECT i, '10.0.0.' || i % 200, 'd' || i FROM " +
            "generate_series(1, 3000) i");
        using var cut = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.AdoptAsync(
            _ring, "old_logins", Columns, progress: at => CancelAt(3, at, cut), cancellationToken: cut.Token));
        var begun = await _store.ScalarAsync<long>("SELECT count(*) FROM old_logins WHERE address LIKE '2:%' AND " +
            "device LIKE '2:%'");
        Assert.InRange(begun, 1, 2999);

        Assert.Equal(3000 - begun, (await _store.AdoptAsync(_ring, "old_logins", Columns)).Rows);
        Assert.Equal(
            Enumerable.Range(1, 3000).Select(
                i => (Mask(_ring, PiiField.Ip, $"10.0.0.{i % 200}"), Mask(_ring, PiiField.DeviceId, $"d{i}"))),
            await RowsAsync());
    }

    [Fact]
    public async Task Two_that_run_at_once_mask_each_value_once()
    {
        await _store.ExecuteAsync("INSERT INTO old_logins SELECT i, '10.0.0.' || i % 200, NULL FROM " +
            "generate_series(1, 3000) i");

        var summaries = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => _store.AdoptAsync(_ring, "old_logins", Columns)));

        Assert.Equal(3000, summaries.Sum(summary => summary.Rows));
        Assert.Equal(
            Enumerable.Range(1, 3000).Select(i => (Mask(_ring, PiiField.Ip, $"10.0.0.{i % 200}"), (string?)null)),
            await RowsAsync());
    }

    private static void CancelAt(long block, MaintenanceProgress at, CancellationTokenSource cut)
    {
        if (at.Done == block)
        {
            cut.Cancel();
        }
    }

    private static string? Mask(MaskingOptions ring, PiiField field, string value) =>
        new KeyedPiiMasker(ring).Mask(field, new PersonalText(value));

    private Task<List<(string? Ip, string? Device)>> RowsAsync() => _store.QueryAsync(
        "SELECT address, device FROM old_logins ORDER BY id",
        static reader => (
            reader.IsDBNull(0) ? null : reader.GetString(0),
            reader.IsDBNull(1) ? null : reader.GetString(1)));

    /// <summary>The one problem for which it is refused; the table must be as it was.</summary>
    private async Task<string> RefusalAsync()
    {
        var before = await _store.ScalarAsync<string>(Snapshot);
        var refusal = await Assert.ThrowsAsync<MaskingRefusedException>(
            () => _store.AdoptAsync(_ring, "old_logins", Columns));
        Assert.Equal(before, await _store.ScalarAsync<string>(Snapshot));
        return Assert.Single(refusal.Problems);
    }
}
