using System.ComponentModel;
using System.Diagnostics;

namespace FetchEtl.Local;

/// <summary>
/// Runs programs of PostgreSQL and of the system, with English messages and few variables of this process's
/// environment: the programs can run as another user, and every process of that user can read them.
/// </summary>
internal static class PostgresTool
{
    /// <summary>
    /// The variables that programs need: where they, their libraries and the temporary folder lie. Secrets can be in
    /// any other, and PG* would change what the programs do.
    /// </summary>
    private static readonly string[] PassedVariables =
    [
        "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "TMPDIR", "TZ",
        "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "PSModulePath", "TEMP", "TMP", "USERPROFILE",
        "ProgramData", "ProgramFiles",
    ];

    private static readonly StringComparer VariableNames =
        OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The proxies of an installation, which runs as this process's own user.</summary>
    private static readonly string[] ProxyVariables =
        ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];

    /// <summary>Runs a program to its end. Cancelling kills it with its children.</summary>
    /// <exception cref="LocalPostgresException">The program could not be started.</exception>
    public static async Task<ToolResult> RunAsync(ToolCommand command, CancellationToken cancellationToken)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        try
        {
            if (command.LeavesProcesses)
            {
                await process.WaitForExitAsync(cancellationToken);
                return new ToolResult(process.ExitCode, "", "");
            }

            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new ToolResult(process.ExitCode, (await output).Trim(), (await error).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Starts a program with its three streams redirected.</summary>
    /// <exception cref="LocalPostgresException">The program could not be started.</exception>
    public static Process Start(ToolCommand command)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = command.Folder,
            UserName = command.User,
        };
        string[] passed = command.UsesProxies ? [.. PassedVariables, .. ProxyVariables] : PassedVariables;
        foreach (var name in start.Environment.Keys.Except(passed, VariableNames).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception) when (command.User is not null)
        {
            throw new LocalPostgresException(
                $"PostgreSQL refuses to run as root, and '{command.Program}' could not run as user '{command.User}': " +
                $"{exception.Message}. That user needs access to the temporary folder '{Path.GetTempPath()}': " +
                "set TMPDIR to a folder that every user can enter, such as /tmp.",
                exception);
        }
        catch (Win32Exception exception)
        {
            throw new LocalPostgresException($"'{command.Program}' could not run: {exception.Message}.", exception);
        }
    }
}

/// <summary>A program to run.</summary>
/// <param name="Program">Its path, or its name on the PATH.</param>
/// <param name="Arguments">Passed unchanged; no shell reads them.</param>
/// <param name="User">The user to run it as, if this process runs as root; null for the same user.</param>
/// <param name="Folder">The working folder, which that user must be able to enter; null for this process's own.</param>
/// <param name="LeavesProcesses">
/// Whether its children outlive it. They can hold its output open for as long as they live, so its output is not read.
/// </param>
/// <param name="UsesProxies">
/// Whether it gets the proxy settings of the environment, which can contain a password.
/// </param>
internal sealed record ToolCommand(
    string Program,
    IReadOnlyList<string> Arguments,
    string? User = null,
    string? Folder = null,
    bool LeavesProcesses = false,
    bool UsesProxies = false);

/// <summary>The exit code and output of a program.</summary>
internal readonly record struct ToolResult(int ExitCode, string Output, string ErrorText);
