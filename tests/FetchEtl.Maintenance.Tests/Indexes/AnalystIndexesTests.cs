using FetchEtl.Masking;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>Indexes for analysts, on a plain table and on a partitioned one.</summary>
public sealed class AnalystIndexesTests : IAsyncLifetime
{
    private readonly MaskingOptions _masking = MaintenanceStore.Masking(TestKeys.First);
    private MaintenanceStore _store = null!;

    public async Task InitializeAsync() => _store = await MaintenanceStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 4)]
    public async Task All_are_created_used_created_once_and_dropped(bool isPartitioned, int tables)
    {
        if (isPartitioned)
        {
            await PartitionedStore.ConvertAsync(_store.AdminConnectionString);
        }

        await _store.InsertAsync(_masking, PartitionedStore.October, PartitionedStore.Logins(0, 500));
        await using var database = _store.Session();
        var indexes = new AnalystIndexes(database, TimeProvider.System, waits: null);

        Assert.All(await indexes.ReadAsync(AnalystIndex.All, default), state => Assert.False(state.Exists));
        await CreateAsync(indexes);
        var states = await indexes.ReadAsync(AnalystIndex.All, default);
        Assert.All(states, state => Assert.Equal((true, tables, tables), (state.IsValid, state.Tables, state.Indexed)));
        Assert.All(states, state => Assert.True(state.Bytes > 0));
        var built = await OidsAsync();
        await CreateAsync(indexes);
        Assert.Equal(built, await OidsAsync());
        Assert.Contains("masked_ip", await ExplainAsync(), StringComparison.Ordinal);

        await indexes.DropAsync(AnalystIndex.All, default);
        Assert.Empty(await OidsAsync());
    }

    [Fact]
    public async Task What_a_killed_run_left_is_built_anew_and_partitions_that_come_later_are_indexed()
    {
        await PartitionedStore.ConvertAsync(_store.AdminConnectionString);
        var doubled = (await _store.InsertAsync(
            _masking, PartitionedStore.October, PartitionedStore.Logins(0, 10))).Count;
        Assert.Equal(10, doubled);
        await using var database = _store.Session();
        var indexes = new AnalystIndexes(database, TimeProvider.System, waits: null);
        var index = AnalystIndex.All[0];

        // A build that fails half-way leaves what a killed one leaves: an index that is not valid.
        await _store.ExecuteAsync("CREATE INDEX ix_user_logins_masked_ip ON ONLY user_logins (masked_ip, create_date)");
        await Assert.ThrowsAsync<PostgresException>(() => _store.ExecuteAsync(
            """
            CREATE UNIQUE INDEX CONCURRENTLY ix_user_logins_p2026_10_masked_ip ON user_logins_p2026_10
                ((masked_device_id IS NULL))
            """));
        await _store.ExecuteAsync("SELECT user_logins_add_partition('2026-12-01')");
        var before = Assert.Single(await indexes.ReadAsync([index], default));
        Assert.Equal((true, false, 5, 1), (before.Exists, before.IsValid, before.Tables, before.Indexed));

        await CreateAsync(indexes, index);
        await _store.ExecuteAsync("SELECT user_logins_add_partition('2027-01-01')");

        var after = Assert.Single(await indexes.ReadAsync([index], default));
        Assert.Equal((true, true, 6, 6), (after.Exists, after.IsValid, after.Tables, after.Indexed));
        Assert.Equal(0, await _store.ScalarAsync<long>("SELECT count(*) FROM pg_index WHERE NOT indisvalid"));
    }

    [Fact]
    public async Task Another_index_of_the_name_and_a_run_at_the_same_time_are_refused()
    {
        await _store.ExecuteAsync("CREATE INDEX ix_user_logins_user_id ON user_logins (user_id)");
        await using var database = _store.Session();
        var indexes = new AnalystIndexes(database, TimeProvider.System, waits: null);

        var refused = await Assert.ThrowsAsync<MaskingRefusedException>(() => CreateAsync(indexes));
        Assert.Equal(
            "ix_user_logins_user_id is something else than the index on user_logins (user_id, create_date): rename it "
                + "or drop it.",
            refused.Message);

        await using var other = _store.Session();
        var busy = new TaskCompletionSource();
        await indexes.CreateAsync(
            [AnalystIndex.All[0]],
            (_, _, _) =>
            {
                var second = Assert.ThrowsAsync<MaskingRefusedException>(
                    () => CreateAsync(new AnalystIndexes(other, TimeProvider.System, waits: null)));
                Assert.Contains("Another process creates or drops", second.Result.Message, StringComparison.Ordinal);
                busy.TrySetResult();
            },
            default);
        Assert.True(busy.Task.IsCompleted);
    }

    private static Task CreateAsync(AnalystIndexes indexes, params AnalystIndex[] chosen) =>
        indexes.CreateAsync(chosen.Length > 0 ? chosen : AnalystIndex.All, (_, _, _) => { }, default);

    private async Task<IReadOnlyList<string>> OidsAsync() => await _store.QueryAsync(
        """
        SELECT indexrelid::text || indexrelid::regclass FROM pg_index
        WHERE indrelid::regclass::text LIKE 'user_logins%' AND NOT indisunique ORDER BY 1
        """,
        row => row.GetString(0));

    private async Task<string> ExplainAsync() => string.Join('\n', await _store.QueryAsync(
        """
        SET enable_seqscan = off;
        EXPLAIN SELECT count(*) FROM user_logins WHERE masked_ip = '1:a' AND create_date >= '2026-10-01'
        """,
        row => row.GetString(0)));
}
