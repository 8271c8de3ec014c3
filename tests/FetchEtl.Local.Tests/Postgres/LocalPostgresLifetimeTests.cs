using System.Diagnostics;
using Npgsql;

namespace FetchEtl.Local.Tests;

/// <summary>When a private server ends, and what survives. Slow: each test starts and ends real servers.</summary>
[Trait("Category", "Slow")]
public sealed class LocalPostgresLifetimeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_restart_in_either_mode_keeps_the_rows_and_the_connection_string()
    {
        await using var server = await LocalPostgres.StartAsync();
        var connectionString = server.ConnectionString;
        foreach (var mode in new[] { PostgresStop.Fast, PostgresStop.Immediate })
        {
            var process = server.ServerProcessId;
            await LocalPostgresTests.ScalarAsync(server, $"CREATE TABLE kept_{mode} AS SELECT 'here' AS what");

            await server.RestartAsync(mode);

            Assert.NotEqual(process, server.ServerProcessId);
            Assert.Equal(connectionString, server.ConnectionString);
            Assert.Equal("here", await LocalPostgresTests.ScalarAsync(server, $"SELECT what FROM kept_{mode}"));
        }
    }

    [Fact]
    public async Task A_dispose_ends_the_server_and_removes_its_folder()
    {
        var server = await LocalPostgres.StartAsync();
        var process = Process.GetProcessById(server.ServerProcessId);

        await server.DisposeAsync();

        Assert.False(Directory.Exists(server.Folder));
        await EndedAsync(process);
    }

    [Fact]
    public async Task A_server_survives_garbage_collections_when_nothing_refers_to_its_object()
    {
        var connectionString = await StartAndForgetAsync();

        GC.Collect();
        GC.WaitForPendingFinalizers();

        // A collected watchdog would end the server during this statement.
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand("SELECT 'alive' FROM pg_sleep(0.5)");
        Assert.Equal("alive", await command.ExecuteScalarAsync());
    }

    private static async Task<string> StartAndForgetAsync() => (await LocalPostgres.StartAsync()).ConnectionString;

    private static async Task EndedAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
    }
}
