using FetchEtl.Masking;
using FetchEtl.Migrations;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// The table from before a conversion and detached partitions hold a person's rows too: they are found and erased
/// there, and a table that cannot be searched is named.
/// </summary>
public sealed class PastTableTests : IAsyncLifetime
{
    private readonly MaskingOptions _old = MaintenanceStore.Masking(TestKeys.First);
    private readonly MaskingOptions _new = MaintenanceStore.Masking(TestKeys.First, TestKeys.Second);
    private MaintenanceStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = await PartitionedStore.CreateAsync();

        // The kept table has masks of the first generation, and user_logins has those of the second.
        await _store.InsertAsync(
            _old, PartitionedStore.October, ("ann", "192.0.2.1", null), ("bob", "192.0.2.2", null));
        await _store.ExecuteAsync(
            $"CREATE TABLE {PartitionConversion.Kept} (LIKE user_logins); "
            + $"INSERT INTO {PartitionConversion.Kept} SELECT * FROM user_logins; DELETE FROM user_logins");
        await _store.InsertAsync(
            _new, PartitionedStore.October, ("ann", "192.0.2.1", null), ("bob", "192.0.2.2", null));
        await _store.InsertAsync(
            _new, PartitionedStore.September, ("ann", "192.0.2.3", null), ("bob", "192.0.2.4", null));
        await _store.ExecuteAsync("ALTER TABLE user_logins DETACH PARTITION user_logins_p2026_09");
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_person_is_erased_in_the_kept_table_and_in_detached_partitions_and_nobody_else(bool deletes)
    {
        await SealAsync("192.0.2.3");
        await SealAsync("192.0.2.4");
        await using var database = _store.Session();
        var past = await PastTable.ListAsync(database, CancellationToken.None);
        Assert.Equal(
            [new("user_logins_p2026_09", null), new(PartitionConversion.Kept, null)], past);
        var subject = Subject("ann");
        string[] tables = ["user_logins", .. past.Select(table => table.Name)];
        var vault = new SubjectVault(database, subject, new KeyedPiiMasker(_new)) { Tables = tables };
        await vault.EraseAsync(CancellationToken.None);
        foreach (var table in tables)
        {
            var rows = new SubjectRows(database, subject, TimeProvider.System, table);
            Assert.Equal(1, (await rows.CountAsync(CancellationToken.None)).Rows);
            Assert.Equal(1, deletes
                ? await rows.DeleteAsync(vault, waiting: null, CancellationToken.None)
                : await rows.MaskAgainAsync(new RandomMask(), vault, progress: null, CancellationToken.None));
            Assert.Equal((0, 1L), ((await rows.CountAsync(CancellationToken.None)).Rows, rows.Changed));
            Assert.Equal(
                1,
                (await new SubjectRows(database, Subject("bob"), TimeProvider.System, table)
                    .CountAsync(CancellationToken.None)).Rows);
        }

        // The address of ann's detached row alone went; that of bob's stays sealed.
        Assert.Equal(1, vault.Erased);
        Assert.Equal(Mask("192.0.2.4"), await _store.ScalarAsync<string>("SELECT mask::text FROM pii_vault"));
    }

    [Fact]
    public async Task An_address_that_another_ones_detached_row_has_stays_sealed()
    {
        await _store.InsertAsync(_new, PartitionedStore.November, ("ann", "192.0.2.4", null));
        await SealAsync("192.0.2.4");
        await using var database = _store.Session();
        var vault = new SubjectVault(database, Subject("ann"), new KeyedPiiMasker(_new))
        {
            Tables = ["user_logins", "user_logins_p2026_09"],
        };

        Assert.Equal(0, await vault.EraseAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_table_that_the_role_may_not_read_and_one_of_another_owner_are_named_with_the_reason()
    {
        var (other, _) = await _store.CreateRoleAsync("CREATE ON SCHEMA public");
        await _store.ExecuteAsync($"ALTER TABLE {PartitionConversion.Kept} OWNER TO {other}");
        var (_, login) = await _store.CreateRoleAsync("SELECT, UPDATE ON user_logins");
        await using var database = MaintenanceStore.Session(login);

        Assert.Equal(
            [
                new("user_logins_p2026_09", "the role may not read it"),
                new(PartitionConversion.Kept, "it belongs to another role than user_logins"),
            ],
            await PastTable.ListAsync(database, CancellationToken.None));
    }

    private Subject Subject(string user) =>
        new(new KeyedPiiMasker(_new), PiiField.UserId, [new PersonalText(user)]);

    private string Mask(string ip) => new KeyedPiiMasker(_new).Mask(PiiField.Ip, new PersonalText(ip))!;

    private Task SealAsync(string ip) => _store.ExecuteAsync(
        $"INSERT INTO pii_vault (mask, field, sealed) VALUES ('{Mask(ip)}', 'ip', '')");
}
