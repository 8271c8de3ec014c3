using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>What must not turn retention off, and what a killed run must not leave or destroy.</summary>
public sealed class RetentionHazardTests : IAsyncLifetime
{
    private static readonly DateOnly Today = new(2026, 11, 27);

    private readonly MaskingOptions _masking = MaintenanceStore.Masking(TestKeys.First);
    private MaintenanceStore _store = null!;
    private LoginDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _store = await PartitionedStore.CreateAsync();
        _database = _store.Session();
        await _store.VerifyAsync(_masking);
        await _store.InsertAsync(_masking, PartitionedStore.September, ("ann", "192.0.2.1", null));
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Theory]
    [InlineData("German")]
    [InlineData("SQL, DMY")]
    [InlineData("Postgres, MDY")]
    public async Task The_date_style_of_a_database_does_not_hide_the_days_of_partitions(string style)
    {
        var expected = await PlanAsync(_database);
        Assert.Single(expected);
        var options = new NpgsqlConnectionStringBuilder(_store.AdminConnectionString)
        {
            Options = $"-c datestyle={style.Replace(" ", "", StringComparison.Ordinal)}",
        };
        await using var database = MaintenanceStore.Session(options.ConnectionString);

        Assert.Equal(expected, await PlanAsync(database));
    }

    [Fact]
    public async Task A_range_without_a_first_or_last_day_has_days_and_one_of_other_values_is_named()
    {
        await _store.ExecuteAsync(
            """
            CREATE TABLE past PARTITION OF user_logins FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
            CREATE TABLE future PARTITION OF user_logins FOR VALUES FROM ('2090-01-01') TO (MAXVALUE)
            """);
        var layout = await LayoutAsync();
        Assert.Equal(("past", DateOnly.MinValue), (layout.Partitions[0].Name, layout.Partitions[0].From));
        Assert.Equal(DateOnly.MaxValue, layout.Partitions.Single(partition => partition.Name == "future").To);
        Assert.Equal(PartitionInterval.Month, layout.Interval);
        Assert.Equal(["past", "user_logins_p2026_09"], (await PlanAsync(_database)).Select(x => x.Name));

        await _store.ExecuteAsync(
            """
            DROP TABLE user_logins CASCADE;
            CREATE TABLE user_logins (id integer) PARTITION BY RANGE (id);
            CREATE TABLE ids PARTITION OF user_logins FOR VALUES FROM (1) TO (2026)
            """);
        var other = Assert.Single((await LayoutAsync()).Partitions);
        Assert.Equal((null, true), (other.To, other.IsOtherRange));
    }

    [Fact]
    public async Task A_leaf_that_a_rotation_missed_is_refused_until_its_masks_are_of_the_newest_key()
    {
        await DetachMarkedAsync();
        var both = MaintenanceStore.Masking(TestKeys.First, TestKeys.Second);
        await _store.RekeyAsync(both);
        await SealAsync("ip", Mask(both, "192.0.2.1"));
        var upkeep = new PartitionUpkeep(_database, TimeProvider.System, waits: null);
        var leaf = Assert.Single(await PlanAsync(_database));

        var refused = await Assert.ThrowsAsync<MaskingRefusedException>(
            () => upkeep.RequireDroppableAsync([leaf], CancellationToken.None));
        Assert.Contains(
            "'fetch-etl rekey --table user_logins_p2026_09 --column masked_ip=ip --column user_id=user_id'",
            refused.Message,
            StringComparison.Ordinal);

        // A rotation that ends between the check and the drop is seen too.
        await Assert.ThrowsAsync<MaskingRefusedException>(() => RemoveAsync(upkeep, leaf, drops: true));
        Assert.Single((await LayoutAsync()).Detached);

        await _store.RekeyAsync(both, "user_logins_p2026_09");
        await upkeep.RequireDroppableAsync([leaf], CancellationToken.None);
        Assert.Equal(1, (await RemoveAsync(upkeep, leaf, drops: true)).SealedValues);
        Assert.Empty(await VaultAsync());
    }

    [Fact]
    public async Task A_value_that_was_sealed_again_after_a_kill_does_not_end_later_runs()
    {
        // The login that sealed it again is erased.
        var mask = Mask(_masking, "192.0.2.1");
        await DetachMarkedAsync();
        await SealAsync("aside:ip", mask);
        await SealAsync("ip", mask);

        var removed = await RemoveAsync(
            new PartitionUpkeep(_database, TimeProvider.System, waits: null),
            Assert.Single(await PlanAsync(_database)),
            drops: true);

        Assert.Equal(1, removed.SealedValues);
        Assert.Empty(await VaultAsync());
    }

    [Fact]
    public async Task A_writer_that_seals_a_value_while_it_comes_back_keeps_its_entry()
    {
        var mask = Mask(_masking, "192.0.2.1");
        await SealAsync("ip", mask);
        await _store.ExecuteAsync(
            "CREATE TABLE leaf AS SELECT * FROM user_logins_p2026_09; DELETE FROM user_logins");
        await using var source = NpgsqlDataSource.Create(_store.AdminConnectionString);
        await using var writing = await source.OpenConnectionAsync();
        await using var row = await writing.BeginTransactionAsync();
        await ExecuteAsync(
            writing, $"INSERT INTO user_logins (masked_ip, create_date) VALUES ('{mask}', '2026-11-05')");
        await _database.OpenAsync();
        var waits = new TaskCompletionSource();
        var erasure = new RetentionVault(_database, TimeProvider.System)
            .EraseAsync("leaf", _ => waits.TrySetResult(), CancellationToken.None);
        Assert.Same(waits.Task, await Task.WhenAny(waits.Task, erasure));

        // Its value is set aside, so another writer seals it, and has not committed when it comes back.
        await using var sealing = await source.OpenConnectionAsync();
        await using var entry = await sealing.BeginTransactionAsync();
        await ExecuteAsync(sealing, $"INSERT INTO pii_vault (mask, field, sealed) VALUES ('{mask}', 'ip', 'new')");
        await row.CommitAsync();
        while (!erasure.IsCompleted && !await _store.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                + "AND wait_event = 'transactionid' AND datname = current_database())"))
        {
            await Task.Delay(20);
        }

        await entry.CommitAsync();

        Assert.Equal(0, await erasure);
        Assert.Equal([$"ip {mask}"], await VaultAsync());
        Assert.Equal("new", await _store.ScalarAsync<string>("SELECT convert_from(sealed, 'UTF8') FROM pii_vault"));
    }

    [Fact]
    public async Task A_partition_that_is_detached_for_an_archive_loses_the_mark_of_an_earlier_run()
    {
        await DetachMarkedAsync();
        await _store.ExecuteAsync(
            """
            ALTER TABLE user_logins ATTACH PARTITION user_logins_p2026_09
                FOR VALUES FROM ('2026-09-01') TO ('2026-10-01')
            """);
        var upkeep = new PartitionUpkeep(_database, TimeProvider.System, waits: null);

        await RemoveAsync(upkeep, Assert.Single(await PlanAsync(_database)), drops: false);

        Assert.False(Assert.Single((await LayoutAsync()).Detached).IsDropPending);
        Assert.Empty(await PlanAsync(_database));
    }

    [Fact]
    public async Task A_marked_table_of_somebody_else_is_never_dropped()
    {
        var (stranger, _) = await _store.CreateRoleAsync();
        await DetachMarkedAsync();
        await _store.ExecuteAsync($"ALTER TABLE user_logins_p2026_09 OWNER TO {stranger}");

        Assert.Empty((await LayoutAsync()).Detached);
    }

    [Fact]
    public async Task A_step_that_ended_a_deadlock_is_tried_again()
    {
        var time = new FakeTimeProvider();
        var waits = new TaskCompletionSource();
        var attempts = 0;
        var run = new LockAttempts(_database, time, _ => waits.TrySetResult()).RunAsync(
            "user_logins",
            token => _database.ExecuteAsync(
                attempts++ == 0 ? "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$" : "SELECT", token),
            CancellationToken.None);
        await Task.WhenAny(run, waits.Task);
        while (!run.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(run, Task.Delay(20));
        }

        await run;
        Assert.Equal(2, attempts);
    }

    private static string Mask(MaskingOptions masking, string ip) =>
        new KeyedPiiMasker(masking).Mask(PiiField.Ip, new PersonalText(ip))!;

    private static async Task<IReadOnlyList<Partition>> PlanAsync(LoginDatabase database)
    {
        Assert.True(RetentionPeriod.TryParse("1month", out var month));
        var layout = (await PartitionLayout.ReadAsync(database, CancellationToken.None))!;
        return RetentionPlan.Make(layout, month, Today, drops: true).Remove;
    }

    private static Task<RemovedPartition> RemoveAsync(PartitionUpkeep upkeep, Partition partition, bool drops) =>
        upkeep.RemoveAsync(partition, drops, "test", "ann", waiting: null, CancellationToken.None);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<PartitionLayout> LayoutAsync() =>
        (await PartitionLayout.ReadAsync(_database, CancellationToken.None))!;

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
}
