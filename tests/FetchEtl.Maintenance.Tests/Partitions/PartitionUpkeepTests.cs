using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>Partitions are created ahead and removed whole, with what only their rows needed.</summary>
public sealed class PartitionUpkeepTests : IAsyncLifetime
{
    private static readonly RetentionPeriod Month = Period("1month");

    private readonly MaskingOptions _masking = MaintenanceStore.Masking(TestKeys.First);
    private MaintenanceStore _store = null!;
    private LoginDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _store = await PartitionedStore.CreateAsync();
        _database = _store.Session();
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_plain_table_has_no_partitions_and_a_partitioned_one_shows_days_rows_and_bytes()
    {
        await _store.InsertAsync(_masking, PartitionedStore.October, PartitionedStore.Logins(0, 100));
        await _store.ExecuteAsync("ANALYZE user_logins");

        var layout = await LayoutAsync();

        Assert.True(layout.IsPartitioned);
        Assert.Equal(PartitionInterval.Month, layout.Interval);
        Assert.Equal(
            ["user_logins_p2026_09", "user_logins_p2026_10", "user_logins_p2026_11", "user_logins_undated"],
            layout.Partitions.Select(partition => partition.Name));
        var october = layout.Partitions[1];
        Assert.Equal((new(2026, 10, 1), new(2026, 11, 1), 100), (october.From, october.To, october.EstimatedRows));
        Assert.True(october.Bytes > 8192);
        Assert.True(layout.Partitions[3].IsDefault);

        await _store.ExecuteAsync("DROP TABLE user_logins CASCADE; CREATE TABLE user_logins (create_date date)");
        Assert.False((await LayoutAsync()).IsPartitioned);
        await _store.ExecuteAsync("DROP TABLE user_logins");
        Assert.Null(await PartitionLayout.ReadAsync(_database, CancellationToken.None));
    }

    [Fact]
    public async Task Partitions_are_created_ahead_once()
    {
        var upkeep = new PartitionUpkeep(_database, TimeProvider.System, waits: null);
        var today = new DateOnly(2026, 11, 27);
        await upkeep.CreateAsync(
            PartitionUpkeep.Missing(await LayoutAsync(), today, ahead: 2), CancellationToken.None);

        var layout = await LayoutAsync();

        Assert.Equal(
            ["user_logins_p2026_12", "user_logins_p2027_01"],
            layout.Partitions.Select(partition => partition.Name).Skip(3).Take(2));
        Assert.Empty(PartitionUpkeep.Missing(layout, today, ahead: 2));
    }

    [Fact]
    public async Task The_earlier_of_two_clocks_is_today()
    {
        var (past, future) = (new DateTimeOffset(2020, 2, 3, 4, 5, 6, default), DateTimeOffset.MaxValue.AddDays(-400));

        Assert.Equal(new DateOnly(2020, 2, 3), await TodayAsync(past));
        Assert.True(await TodayAsync(future) < new DateOnly(2100, 1, 1));

        Task<DateOnly> TodayAsync(DateTimeOffset now)
        {
            return new PartitionUpkeep(_database, new FakeTimeProvider(now), waits: null)
                .ReadTodayAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_dropped_partition_takes_the_sealed_values_that_only_its_rows_had_and_is_audited()
    {
        await _store.VerifyAsync(_masking);
        await _store.InsertAsync(
            _masking, PartitionedStore.September, ("ann", "192.0.2.1", "d1"), ("ann", "192.0.2.2", null));
        await _store.InsertAsync(_masking, PartitionedStore.November, ("ann", "192.0.2.2", null));
        await SealAsync((PiiField.Ip, "192.0.2.1"), (PiiField.Ip, "192.0.2.2"), (PiiField.DeviceId, "d1"),
            (PiiField.UserId, "ann"), (PiiField.Ip, "192.0.2.9"));
        var erased = Guid.NewGuid();
        await _store.ExecuteAsync($"INSERT INTO erased_messages (message_id) VALUES ('{erased}')");

        var removed = await RemoveAsync(drops: true);

        var one = Assert.Single(removed);
        Assert.Equal(("user_logins_p2026_09", 2, true, 2), (
            one.Partition.Name, one.Rows, one.IsDropped, one.SealedValues));

        // A value that no partition led to is none of this verb's business.
        Assert.Equal(
            new[] { (PiiField.Ip, "192.0.2.2"), (PiiField.UserId, "ann"), (PiiField.Ip, "192.0.2.9") }
                .Select(value => $"{value.Item1.Name()} {Mask(value.Item1, value.Item2)}").Order(),
            await VaultAsync());
        Assert.Equal(erased, await _store.ScalarAsync<Guid>("SELECT message_id FROM erased_messages"));
        Assert.Equal(1, await _store.ScalarAsync<long>("SELECT count(*) FROM user_logins"));
        Assert.Equal(
            [
                ("partitions drop", "test: user_logins_p2026_09", 2L),
                ("partitions drop: done", "test: user_logins_p2026_09: 2 rows, 2 sealed values", 4L),
            ],
            await _store.QueryAsync(
                "SELECT action::text, purpose, count FROM audit_log ORDER BY sequence",
                row => (row.GetString(0), row.GetString(1), row.GetInt64(2))));
        var log = new AuditLog(_database, TimeProvider.System);
        Assert.Null((await log.VerifyAsync(head: null, CancellationToken.None)).Problem);
        Assert.Empty((await LayoutAsync()).Detached);
    }

    [Fact]
    public async Task A_detached_partition_stays_as_a_table_with_its_sealed_values_and_a_later_drop_leaves_it()
    {
        await _store.VerifyAsync(_masking);
        await _store.InsertAsync(_masking, PartitionedStore.September, ("ann", "192.0.2.1", null));
        await SealAsync((PiiField.Ip, "192.0.2.1"));

        Assert.False(Assert.Single(await RemoveAsync(drops: false)).IsDropped);
        Assert.Empty(await RemoveAsync(drops: true));

        Assert.Equal("user_logins_p2026_09", Assert.Single((await LayoutAsync()).Detached).Name);
        Assert.Equal(1, await _store.ScalarAsync<long>("SELECT count(*) FROM user_logins_p2026_09"));
        Assert.Single(await VaultAsync());
    }

    [Fact]
    public async Task A_run_that_was_killed_between_its_steps_is_continued()
    {
        await _store.VerifyAsync(_masking);
        await _store.InsertAsync(_masking, PartitionedStore.September, ("ann", "192.0.2.1", null));
        await SealAsync((PiiField.Ip, "192.0.2.1"));
        await _store.ExecuteAsync("CREATE VIEW keeps AS SELECT * FROM user_logins_p2026_09");

        var refused = await Assert.ThrowsAsync<MaskingRefusedException>(() => RemoveAsync(drops: true));
        Assert.Contains("another object depends on it", refused.Message, StringComparison.Ordinal);
        Assert.True(Assert.Single((await LayoutAsync()).Detached).IsDropPending);

        // As a kill before the values were deleted leaves them.
        await SealAsync((PiiField.Ip, "192.0.2.1"));
        await _store.ExecuteAsync("UPDATE pii_vault SET field = 'aside:ip'; DROP VIEW keeps");
        Assert.Equal(1, Assert.Single(await RemoveAsync(drops: true)).SealedValues);

        Assert.Empty((await LayoutAsync()).Detached);
        Assert.Empty(await VaultAsync());
    }

    [Fact]
    public async Task A_value_stays_sealed_where_the_service_was_about_to_write_it_again()
    {
        await _store.VerifyAsync(_masking);
        await _store.InsertAsync(
            _masking, PartitionedStore.September, ("ann", "192.0.2.1", null), ("ann", "192.0.2.2", null));
        await SealAsync((PiiField.Ip, "192.0.2.1"), (PiiField.Ip, "192.0.2.2"));
        await using var source = NpgsqlDataSource.Create(_store.AdminConnectionString);
        await using var writing = await source.OpenConnectionAsync();

        // It found the value sealed, and its row is not visible yet.
        await using var transaction = await writing.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand(
            "INSERT INTO user_logins (masked_ip, create_date, message_id) "
                + $"VALUES ('{Mask(PiiField.Ip, "192.0.2.1")}', '2026-11-05', gen_random_uuid())",
            writing))
        {
            await insert.ExecuteNonQueryAsync();
        }

        // It is detached already: a detach would wait for that writer.
        await _store.ExecuteAsync("CREATE TABLE leaf AS SELECT * FROM user_logins_p2026_09");
        await _store.ExecuteAsync("DELETE FROM user_logins");
        await _database.OpenAsync();
        var waits = new TaskCompletionSource();
        var erasure = new RetentionVault(_database, TimeProvider.System)
            .EraseAsync("leaf", _ => waits.TrySetResult(), CancellationToken.None);
        Assert.Same(waits.Task, await Task.WhenAny(waits.Task, erasure));
        await transaction.CommitAsync();

        Assert.Equal(1, await erasure);
        Assert.Equal([$"ip {Mask(PiiField.Ip, "192.0.2.1")}"], await VaultAsync());
    }

    [Fact]
    public async Task While_a_rotation_is_under_way_nothing_is_dropped_where_values_are_sealed()
    {
        var both = MaintenanceStore.Masking(TestKeys.First, TestKeys.Second);
        await _store.VerifyAsync(both);
        await _store.InsertAsync(_masking, PartitionedStore.November, ("ann", "192.0.2.1", null));
        var upkeep = new PartitionUpkeep(_database, TimeProvider.System, waits: null);
        await upkeep.RequireDroppableAsync([], CancellationToken.None);
        await SealAsync((PiiField.Ip, "192.0.2.1"));

        var refused = await Assert.ThrowsAsync<MaskingRefusedException>(
            () => upkeep.RequireDroppableAsync([], CancellationToken.None));

        Assert.Contains("Run 'fetch-etl rekey' first. Nothing was dropped.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_detach_waits_two_seconds_at_a_time_for_a_reader_and_is_tried_again()
    {
        await using var source = NpgsqlDataSource.Create(_store.AdminConnectionString);
        await using var reading = await source.OpenConnectionAsync();
        await using var transaction = await reading.BeginTransactionAsync();
        await using (var read = new NpgsqlCommand("SELECT count(*) FROM user_logins", reading))
        {
            await read.ExecuteNonQueryAsync();
        }

        var time = new FakeTimeProvider();
        var waits = new TaskCompletionSource<string>();
        var upkeep = new PartitionUpkeep(_database, time, text => waits.TrySetResult(text));
        var removal = upkeep.RemoveAsync(
            (await LayoutAsync()).Partitions[0], drops: true, "test", "ann", waiting: null, CancellationToken.None);

        Assert.Equal(
            "A lock on user_logins was not free within 2 s. Waiting longer would block readers and writers, so "
                + "attempt 2 of 30 follows in 1 s",
            await waits.Task);
        await transaction.RollbackAsync();
        while (!removal.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(removal, Task.Delay(20));
        }

        Assert.True((await removal).IsDropped);
    }

    [Fact]
    public async Task A_concurrent_detach_of_somebody_that_was_interrupted_is_finished()
    {
        // PostgreSQL refuses it beside a default partition.
        await _store.ExecuteAsync("ALTER TABLE user_logins DETACH PARTITION user_logins_undated");
        await using var source = NpgsqlDataSource.Create(_store.AdminConnectionString);
        await using (var reading = await source.OpenConnectionAsync())
        {
            await using var transaction = await reading.BeginTransactionAsync();
            await using (var read = new NpgsqlCommand("SELECT count(*) FROM user_logins", reading))
            {
                await read.ExecuteNonQueryAsync();
            }

            // Its first transaction has committed, and the second one waits for the reader.
            await using var detaching = await source.OpenConnectionAsync();
            await using var detach = new NpgsqlCommand(
                "ALTER TABLE user_logins DETACH PARTITION user_logins_p2026_09 CONCURRENTLY", detaching);
            var detached = detach.ExecuteNonQueryAsync();
            while (!detached.IsCompleted
                && !await _store.ScalarAsync<bool>("SELECT bool_or(inhdetachpending) FROM pg_inherits"))
            {
                await Task.Yield();
            }

            await _store.ExecuteAsync($"SELECT pg_cancel_backend({detaching.ProcessID})");
            var interrupted = await Assert.ThrowsAsync<PostgresException>(() => detached);
            Assert.Equal(PostgresErrorCodes.QueryCanceled, interrupted.SqlState);
        }

        var pending = Assert.Single((await LayoutAsync()).Partitions, partition => partition.IsDetachPending);

        // No statement on user_logins sees its rows, nor those of the other one: an erasure must look into both.
        Assert.Equal(
            [new PastTable("user_logins_p2026_09", null), new PastTable("user_logins_undated", null)],
            await PastTable.ListAsync(_database, CancellationToken.None));
        await new PartitionUpkeep(_database, TimeProvider.System, waits: null)
            .FinalizeAsync(pending, CancellationToken.None);

        var layout = await LayoutAsync();
        Assert.Equal(2, layout.Partitions.Count);
        Assert.Equal("user_logins_p2026_09", Assert.Single(
            layout.Detached, table => !table.IsDropPending).Name);
    }

    private static RetentionPeriod Period(string text) =>
        RetentionPeriod.TryParse(text, out var period)
            ? period
            : throw new ArgumentException("It is no period.", nameof(text));

    private string Mask(PiiField field, string value) =>
        new KeyedPiiMasker(_masking).Mask(field, new PersonalText(value))!;

    private async Task<PartitionLayout> LayoutAsync() =>
        (await PartitionLayout.ReadAsync(_database, CancellationToken.None))!;

    /// <summary>Removes what is past a month in November: September.</summary>
    private async Task<List<RemovedPartition>> RemoveAsync(bool drops)
    {
        var upkeep = new PartitionUpkeep(_database, TimeProvider.System, waits: null);
        var plan = RetentionPlan.Make(await LayoutAsync(), Month, new DateOnly(2026, 11, 27), drops);
        var removed = new List<RemovedPartition>();
        foreach (var partition in plan.Remove)
        {
            removed.Add(await upkeep.RemoveAsync(
                partition, drops, "test", "ann", waiting: null, CancellationToken.None));
        }

        return removed;
    }

    private async Task SealAsync(params (PiiField Field, string Value)[] values)
    {
        foreach (var (field, value) in values)
        {
            await _store.ExecuteAsync(
                "INSERT INTO pii_vault (mask, field, sealed) "
                    + $"VALUES ('{Mask(field, value)}', '{field.Name()}', '')");
        }
    }

    private async Task<IEnumerable<string>> VaultAsync() => (await _store.QueryAsync(
        "SELECT field || ' ' || mask FROM pii_vault", row => row.GetString(0))).Order();
}
