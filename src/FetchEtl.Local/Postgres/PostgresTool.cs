using System.ComponentModel;
using System.Diagnostics;

namespace FetchEtl.Local;

/// <summary>
/// Runs PostgreSQL's programs and the system's own, always with English messages and none of the caller's PG*
/// variables.
/// </summary>
internal static class PostgresTool
{
    /// <exception cref="LocalPostgresException">The program could not be started at all.</exception>
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

    /// <summary>Starts the program with its three streams redirected.</summary>
    /// <exception cref="LocalPostgresException">It could not be started.</exception>
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
                $"'{command.Program}' could not be run as user '{command.User}', to whom root steps down: " +
                $"{exception.Message}. That user must be able to enter the temporary folder '{Path.GetTempPath()}': " +
                "set TMPDIR to one that all may enter, such as /tmp.",
                exception);
        }
        catch (Win32Exception exception)
        {
            throw new LocalPostgresException($"'{command.Program}' could not be run: {exception.Message}.", exception);
        }
    }
}
