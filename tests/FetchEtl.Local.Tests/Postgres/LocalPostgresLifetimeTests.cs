using System.Diagnostics;
using Npgsql;

namespace FetchEtl.Local.Tests;

/// <summary>When a private server ends, and what survives. Slow: each test starts and ends real servers.</summary>
[Trait("Category", "Slow")]
public sealed class LocalPostgresLifetimeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(PostgresStop.Fast)]
    [InlineData(PostgresStop.Immediate)]
    public async Task A_restart_keeps_the_rows_and_the_connection_string(PostgresStop mode)
    {
        await using var server = await LocalPostgres.StartAsync();
        var connectionString = server.ConnectionString;
        var firstProcess = server.ServerProcessId;
        await LocalPostgresTests.ScalarAsync(server, "CREATE TABLE kept AS SELECT 'here' AS what");

        await server.RestartAsync(mode);

        Assert.NotEqual(firstProcess, server.ServerProcessId);
        Assert.Equal(connectionString, server.ConnectionString);
        Assert.Equal("here", await LocalPostgresTests.ScalarAsync(server, "SELECT what FROM kept"));
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

    [Fact]
    public async Task The_server_and_its_folder_end_when_the_owner_is_killed()
    {
        using var owner = StartOwner("dotnet");
        var (server, folder) = await ServerOfAsync(owner);

        owner.Kill();

        await EndedAsync(server);
        await RemovedAsync(folder);
    }

    [LinuxFact]
    public async Task The_server_and_its_folder_end_when_the_process_group_of_the_owner_is_killed()
    {
        using var owner = StartOwner("setsid", "dotnet");
        var (server, folder) = await ServerOfAsync(owner);

        using var kill = Process.Start("kill", ["-KILL", "--", $"-{owner.Id}"]);

        await EndedAsync(owner);
        await EndedAsync(server);
        await RemovedAsync(folder);
    }

    private static Process StartOwner(params string[] command) =>
        Process.Start(new ProcessStartInfo(command[0], [.. command[1..], typeof(PostgresOwner).Assembly.Location])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

    private static async Task<(Process Server, string Folder)> ServerOfAsync(Process owner)
    {
        var line = (await owner.StandardOutput.ReadLineAsync().WaitAsync(Patience))!.Split(' ', 2);
        Assert.True(Directory.Exists(line[1]));
        return (Process.GetProcessById(int.Parse(line[0])), line[1]);
    }

    private static async Task<string> StartAndForgetAsync() => (await LocalPostgres.StartAsync()).ConnectionString;

    private static async Task EndedAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
    }

    /// <summary>
    /// Waits until the folder is removed. The event can come before the watcher starts, so the folder is checked too.
    /// </summary>
    private static async Task RemovedAsync(string folder)
    {
        var removed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(folder)!, Path.GetFileName(folder));
        watcher.Deleted += (_, _) => removed.TrySetResult();
        watcher.EnableRaisingEvents = true;
        if (Directory.Exists(folder))
        {
            await removed.Task.WaitAsync(Patience);
        }
    }
}
