using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Local.Tests;

public sealed class PostgresDatabaseTests : IAsyncLifetime
{
    /// <summary>Starts the shared server before the first test, so that no test is slow because of it.</summary>
    public Task InitializeAsync() => PostgresServer.ConnectionStringAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Two_databases_do_not_share_tables()
    {
        await using var first = await PostgresDatabase.CreateAsync();
        await using var second = await PostgresDatabase.CreateAsync();

        await ScalarAsync(first.ConnectionString, "CREATE TABLE mine ()");

        Assert.Equal("mine", await ScalarAsync(first.ConnectionString, "SELECT to_regclass('mine')::text"));
        Assert.Null(await ScalarAsync(second.ConnectionString, "SELECT to_regclass('mine')::text"));
    }

    [Fact]
    public async Task Databases_can_be_created_and_dropped_concurrently()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostgresDatabase.CreateAsync()));

        Assert.Equal(8, databases.Select(database => database.ConnectionString).Distinct().Count());
        await Task.WhenAll(databases.Select(database => database.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_disposed_database_is_dropped_despite_open_connections()
    {
        var database = await PostgresDatabase.CreateAsync();
        await using var open = new NpgsqlConnection(database.ConnectionString);
        await open.OpenAsync();

        await database.DisposeAsync();

        Assert.Equal(0L, await CountAsync(open.Database));
    }

    private static async Task<long> CountAsync(string database) => (long)(await ScalarAsync(
        await PostgresServer.ConnectionStringAsync(),
        $"SELECT count(*) FROM pg_database WHERE datname = '{database}'"))!;

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is var value && value is DBNull ? null : value;
    }
}
