using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Local.Tests;

[Trait("Category", "Slow")]
public sealed class StandbyPairTests
{
    [PosixFact]
    public async Task A_commit_waits_for_a_hanging_standby_and_the_promoted_standby_holds_only_what_it_confirmed()
    {
        await using var pair = await StandbyPair.StartAsync();
        await using var primary = NpgsqlDataSource.Create(pair.Primary.ConnectionString);
        await ExecuteAsync(primary, "CREATE TABLE kept (id integer)");
        await ExecuteAsync(primary, "INSERT INTO kept VALUES (1)");

        await pair.HangStandbyAsync();
        var waiting = ExecuteAsync(primary, "INSERT INTO kept VALUES (2)");
        while ((long)(await ScalarAsync(primary, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))!
            == 0)
        {
            await Task.Yield();
        }

        Assert.False(waiting.IsCompleted);
        await using var promoted = NpgsqlDataSource.Create(await pair.FailOverAsync());
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => waiting);
        Assert.Equal("1", await ScalarAsync(promoted, "SELECT string_agg(id::text, ',') FROM kept"));
        await ExecuteAsync(promoted, "INSERT INTO kept VALUES (3)");
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
