using System.Diagnostics;
using Npgsql;

namespace FetchEtl.Local.Tests;

public sealed class LocalPostgresTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_started_server_answers_on_loopback_with_the_version_it_names()
    {
        await using var server = await LocalPostgres.StartAsync();

        var version = await ScalarAsync(server, "SHOW server_version");
        var address = await ScalarAsync(server, "SHOW listen_addresses");

        Assert.Equal(server.ServerVersion, version);
        Assert.Equal("127.0.0.1", address);
        var log = await File.ReadAllTextAsync(server.LogFile);
        Assert.Contains("database system is ready", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        await using var server = await LocalPostgres.StartAsync();
        var stranger = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "guessed" };

        await using var connection = new NpgsqlConnection(stranger.ConnectionString);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    [Fact]
    public async Task Settings_win_over_the_defaults()
    {
        await using var server = await LocalPostgres.StartAsync(new LocalPostgresOptions
        {
            Settings = new Dictionary<string, string> { ["fsync"] = "on", ["cluster_name"] = "it's" },
        });

        Assert.Equal("on", await ScalarAsync(server, "SHOW fsync"));
        Assert.Equal("200", await ScalarAsync(server, "SHOW max_connections"));
        Assert.Equal("it's", await ScalarAsync(server, "SHOW cluster_name"));
    }

    [Fact]
    public async Task A_setting_that_the_server_refuses_fails_the_start_with_the_servers_reason()
    {
        var options = new LocalPostgresOptions
        {
            Settings = new Dictionary<string, string> { ["max_connections"] = "many" },
        };

        var failure = await Assert.ThrowsAsync<LocalPostgresException>(() => LocalPostgres.StartAsync(options));

        Assert.Contains("max_connections", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PostgresStop.Fast)]
    [InlineData(PostgresStop.Immediate)]
    public async Task A_restart_keeps_the_rows_and_the_connection_string(PostgresStop mode)
    {
        await using var server = await LocalPostgres.StartAsync();
        var connectionString = server.ConnectionString;
        var firstProcess = server.ServerProcessId;
        await ScalarAsync(server, "CREATE TABLE kept AS SELECT 'here' AS what");

        await server.RestartAsync(mode);

        Assert.NotEqual(firstProcess, server.ServerProcessId);
        Assert.Equal(connectionString, server.ConnectionString);
        Assert.Equal("here", await ScalarAsync(server, "SELECT what FROM kept"));
    }

    [Fact]
    public async Task Disposing_ends_the_server_and_removes_its_folder()
    {
        var server = await LocalPostgres.StartAsync();
        var process = Process.GetProcessById(server.ServerProcessId);

        await server.DisposeAsync();

        Assert.False(Directory.Exists(server.Folder));
        await EndedAsync(process);
    }

    [Fact]
    public async Task A_server_whose_connection_string_alone_is_kept_lives_on_through_garbage_collections()
    {
        var connectionString = await StartAndForgetAsync();

        GC.Collect();
        GC.WaitForPendingFinalizers();

        // A statement long enough for a watchdog that was let go to end it.
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand("SELECT 'alive' FROM pg_sleep(0.5)");
        Assert.Equal("alive", await command.ExecuteScalarAsync());
    }

    [LinuxFact(AsRoot = true)]
    public async Task Root_steps_down_to_another_user()
    {
        await using var server = await LocalPostgres.StartAsync();

        var status = await File.ReadAllLinesAsync($"/proc/{server.ServerProcessId}/status");

        var uids = status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1..];
        Assert.DoesNotContain("0", uids);
    }

    [Fact]
    public async Task A_killed_owner_takes_the_server_and_its_folder_along()
    {
        using var owner = StartOwner("dotnet");
        var (server, folder) = await ServerOfAsync(owner);

        owner.Kill();

        await EndedAsync(server);
        await RemovedAsync(folder);
    }

    [LinuxFact]
    public async Task An_owner_killed_with_its_whole_process_group_takes_the_server_and_its_folder_along()
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
        var told = (await owner.StandardOutput.ReadLineAsync().WaitAsync(Patience))!.Split(' ', 2);
        Assert.True(Directory.Exists(told[1]));
        return (Process.GetProcessById(int.Parse(told[0])), told[1]);
    }

    private static async Task<string> StartAndForgetAsync() => (await LocalPostgres.StartAsync()).ConnectionString;

    private static async Task<string?> ScalarAsync(LocalPostgres server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (string?)await command.ExecuteScalarAsync();
    }

    private static async Task EndedAsync(Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
    }

    /// <summary>
    /// Waits for the folder to go: the event may have come before the watcher, so the folder is looked at too.
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
