using System.ComponentModel;
using System.Diagnostics;

namespace FetchEtl.Local;

/// <summary>
/// Runs programs of PostgreSQL and of the system, with English messages and without the PG* variables of this process.
/// </summary>
internal static class PostgresTool
{
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
        start.Environment["LC_ALL"] = "C";
        var postgresNames = start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal));
        foreach (var name in postgresNames.ToList())
        {
            start.Environment.Remove(name);
        }

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
internal sealed record ToolCommand(
    string Program,
    IReadOnlyList<string> Arguments,
    string? User = null,
    string? Folder = null,
    bool LeavesProcesses = false);

/// <summary>The exit code and output of a program.</summary>
internal readonly record struct ToolResult(int ExitCode, string Output, string ErrorText);
