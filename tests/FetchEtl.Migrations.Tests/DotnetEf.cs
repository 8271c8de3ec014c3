using System.Diagnostics;
using System.Reflection;
using FetchEtl.Testing;

namespace FetchEtl.Migrations.Tests;

/// <summary>
/// Runs <c>dotnet ef</c> in the repository's root, as a developer does, on the build that is tested. A build of its own
/// would overwrite the files that this process has loaded.
/// </summary>
internal static class DotnetEf
{
    private static readonly string Configuration =
        typeof(DotnetEf).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static readonly Lazy<Task> Restored = new(() => DotnetAsync("tool restore"));

    /// <summary>The documented commands.</summary>
    public static string ReadMe { get; } = Path.Combine(RepositoryRoot.Folder, "migrations", "README.md");

    /// <summary>Restores the tool, then runs a command that README documents.</summary>
    /// <param name="command">As documented, without <c>dotnet ef</c>.</param>
    /// <returns>Standard output.</returns>
    public static async Task<string> RunAsync(string command)
    {
        Assert.Contains($"dotnet ef {command}", await File.ReadAllTextAsync(ReadMe));
        await Restored.Value;
        var noBuild = command.Contains("--no-build", StringComparison.Ordinal) ? string.Empty : " --no-build";
        return await DotnetAsync($"ef {command}{noBuild} --configuration {Configuration}");
    }

    private static async Task<string> DotnetAsync(string arguments)
    {
        // The tool starts the first "dotnet" on the path, which must be the one that runs the tests.
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH");
        var start = new ProcessStartInfo(host ?? "dotnet", arguments)
        {
            WorkingDirectory = RepositoryRoot.Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetDirectoryName(host) is { Length: > 0 } folder)
        {
            start.Environment["PATH"] = folder + Path.PathSeparator + start.Environment["PATH"];
            start.Environment["DOTNET_ROOT"] = folder;
        }

        // Variables that "dotnet test" sets for its own MSBuild do not fit the tool's.
        foreach (var name in start.Environment.Keys.Where(IsForMSBuild).ToArray())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TestDatabase.Limit);
        Assert.True(process.ExitCode == 0, $"dotnet {arguments} failed: {await output}{await errors}");
        return await output;
    }

    private static bool IsForMSBuild(string name) => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase);
}
