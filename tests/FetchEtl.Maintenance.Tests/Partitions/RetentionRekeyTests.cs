using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// A rotation beside retention: sealed values that only a dropped partition referred to go, and all others stay.
/// </summary>
public sealed class RetentionRekeyTests : IAsyncLifetime
{
    private static readonly DateOnly Today = new(2026, 11, 27);

    private readonly MaskingOptions _old = MaintenanceStore.Masking(TestKeys.First);
    private readonly MaskingOptions _both = MaintenanceStore.Masking(TestKeys.First, TestKeys.Second);
    private MaintenanceStore _store = null!;
    private LoginDatabase _database = null!;
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        _store = await PartitionedStore.CreateAsync();
        _database = _store.Session();
        _source = NpgsqlDataSource.Create(_store.AdminConnectionString);
        await _store.VerifyAsync(_old);
        await _store.InsertAsync(
            _old, PartitionedStore.September, (null, "192.0.2.1", null), (null, "192.0.2.2", null));
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_rekey_beside_an_erasure_is_refused_and_a_row_that_came_meanwhile_keeps_its_sealed_value()
    {
        await SealAsync("ip", Mask(_old, "192.0.2.1"));
        await _store.ExecuteAsync("CREATE TABLE leaf AS SELECT * FROM user_logins; DELETE FROM user_logins");
        await using var first = await BeginAsync(
            $"INSERT INTO user_logins (masked_ip, create_date) VALUES ('{Mask(_old, "192.0.2.1")}', '2026-11-05')");
        await using var last = await BeginAsync("INSERT INTO user_logins (create_date) VALUES ('2026-11-05')");
        await _database.OpenAsync();
        var waits = new TaskCompletionSource();
        var erasure = new RetentionVault(_database, TimeProvider.System)
            .EraseAsync("leaf", _ => waits.TrySetResult(), CancellationToken.None);
        Assert.Same(waits.Task, await Task.WhenAny(waits.Task, erasure));

        await first.CommitAsync();
        var refused = await Record.ExceptionAsync(() => _store.RekeyAsync(_both));
        await last.CommitAsync();
        await erasure;
        await _store.RekeyAsync(_both);

        Assert.Equal([$"ip {Mask(_both, "192.0.2.1")}"], await VaultAsync());
        Assert.Contains(
            "'fetch-etl partitions'",
            Assert.IsType<MaskingRefusedException>(refused).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rekey_after_a_killed_erasure_takes_along_what_was_set_aside()
    {
        // A login with the first address came while the erasure ran.
        await DetachMarkedAsync();
        await _store.InsertAsync(_old, PartitionedStore.November, (null, "192.0.2.1", null));
        await SealAsync("aside:ip", Mask(_old, "192.0.2.1"));
        await SealAsync("aside:ip", Mask(_old, "192.0.2.2"));

        await _store.RekeyAsync(_both);
        await _store.RekeyAsync(_both, "user_logins_p2026_09");

        Assert.Equal(1, (await RemoveAsync()).SealedValues);
        Assert.Equal([$"ip {Mask(_both, "192.0.2.1")}"], await VaultAsync());
    }

    [Fact]
    public async Task Sealed_values_that_a_rekey_has_not_moved_yet_do_not_outlive_their_partition()
    {
        await DetachMarkedAsync();
        await _store.RekeyAsync(_both, "user_logins_p2026_09");
        await SealAsync("ip", Mask(_old, "192.0.2.1"));

        // As a rekey leaves it that was killed before it came to the vault.
        var upkeep = new PartitionUpkeep(_database, TimeProvider.System, waits: null);
        var unmoved = await Assert.ThrowsAsync<MaskingRefusedException>(
            () => upkeep.RequireDroppableAsync([], CancellationToken.None));
        Assert.Contains("Run 'fetch-etl rekey' first", unmoved.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MaskingRefusedException>(RemoveAsync);

        await using var entry = await BeginAsync("SELECT FROM pii_vault FOR UPDATE");
        var rekey = _store.RekeyAsync(_both);
        while (!rekey.IsCompleted && !await _store.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                + "AND wait_event = 'transactionid' AND datname = current_database())"))
        {
            await Task.Delay(20);
        }

        var running = await Assert.ThrowsAsync<MaskingRefusedException>(RemoveAsync);
        Assert.Contains("'fetch-etl rekey' is running", running.Message, StringComparison.Ordinal);
        await entry.CommitAsync();
        await rekey;

        Assert.Equal(1, (await RemoveAsync()).SealedValues);
        Assert.Empty(await VaultAsync());
    }

    /// <summary>Anyone who may insert into the vault chooses the field of an entry.</summary>
    [Fact]
    public async Task An_entry_of_an_unknown_field_is_left_alone_and_stops_neither_a_rekey_nor_retention()
    {
        await SealAsync("aside:''||f()||''", Mask(_old, "192.0.2.9"));
        await SealAsync("other", Mask(_old, "192.0.2.9"));
        var before = (await VaultAsync()).ToList();

        await _store.RekeyAsync(_both);

        await RemoveAsync();
        Assert.Equal(2, before.Count);
        Assert.Equal(before, await VaultAsync());
    }

    [Fact]
    public async Task A_partition_stays_attached_while_a_rekey_runs()
    {
        await SealAsync("ip", Mask(_old, "192.0.2.1"));
        await using (await BeginAsync($"SELECT pg_advisory_xact_lock_shared({VaultTurn.Key})"))
        {
            var refused = await Assert.ThrowsAsync<MaskingRefusedException>(RemoveAsync);
            Assert.Contains("user_logins_p2026_09 was not dropped", refused.Message, StringComparison.Ordinal);
        }

        var layout = await PartitionLayout.ReadAsync(_database, CancellationToken.None);
        Assert.Contains(layout!.Partitions, partition => partition.Name == "user_logins_p2026_09");
        Assert.Equal(0, await _store.ScalarAsync<long>("SELECT count(*) FROM audit_log"));
    }

    private static string Mask(MaskingOptions masking, string ip) =>
        new KeyedPiiMasker(masking).Mask(PiiField.Ip, new PersonalText(ip))!;

    private async Task<RemovedPartition> RemoveAsync()
    {
        Assert.True(RetentionPeriod.TryParse("1month", out var month));
        var layout = (await PartitionLayout.ReadAsync(_database, CancellationToken.None))!;
        var leaf = Assert.Single(RetentionPlan.Make(layout, month, Today, drops: true).Remove);
        return await new PartitionUpkeep(_database, TimeProvider.System, waits: null)
            .RemoveAsync(leaf, drops: true, "test", "ann", waiting: null, CancellationToken.None);
    }

    /// <summary>As a run leaves it that is killed after the detach.</summary>
    private Task DetachMarkedAsync() => _store.ExecuteAsync(
        $"""
        COMMENT ON TABLE user_logins_p2026_09 IS '{PartitionLayout.DropMark}';
        ALTER TABLE user_logins DETACH PARTITION user_logins_p2026_09
        """);

    private Task SealAsync(string field, string mask) => _store.ExecuteAsync(
        $"INSERT INTO pii_vault (mask, field, sealed) VALUES ('{mask}', '{field}', '')");

    private async Task<IEnumerable<string>> VaultAsync() => (await _store.QueryAsync(
        "SELECT field || ' ' || mask FROM pii_vault", row => row.GetString(0))).Order();

    private async Task<OpenTransaction> BeginAsync(string sql)
    {
        var connection = await _source.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
        return new OpenTransaction(connection, transaction);
    }

    private sealed class OpenTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public Task CommitAsync() => transaction.CommitAsync();

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
