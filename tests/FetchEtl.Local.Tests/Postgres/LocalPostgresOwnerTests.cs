using System.Diagnostics;

namespace FetchEtl.Local.Tests;

/// <summary>A private server ends with the process that owns it. Slow: each test starts real servers.</summary>
[Trait("Category", "Slow")]
public sealed class LocalPostgresOwnerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

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
