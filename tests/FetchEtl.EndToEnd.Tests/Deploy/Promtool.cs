using System.Diagnostics;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The program promtool of Prometheus.</summary>
internal static class Promtool
{
    /// <summary>The program; null where it is not installed.</summary>
    public static string? Location { get; } = Programs.Find("promtool");

    /// <summary>Runs it in the folder of the rules.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Location!, arguments)
        {
            WorkingDirectory = DeployFiles.PathOf("deploy/prometheus"),
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
