using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace FetchEtl.Local;

/// <summary>
/// A small process that outlives its owner to stop the server and remove its folder. It reads a pipe whose other end
/// only the owner holds. The system closes that end however the owner ends, also by SIGKILL.
/// </summary>
internal sealed class PostgresWatchdog : IAsyncDisposable
{
    // The watchdog ignores signals to the whole process group, such as Ctrl+C: the owner may still need its database.
    // If the owner dies while initdb or postgres is starting, the first round can miss files that they create later, so
    // the script loops.
    private const string Shell = """
        trap '' HUP INT TERM
        exec >/dev/null 2>&1
        cd /
        cat
        folder=$1
        shift
        tries=0
        while [ -n "$(ls -A "$folder")" ] && [ $tries -lt 30 ]; do
            [ $tries -eq 0 ] || sleep 1
            "$@"
            rm -rf "$folder"
            tries=$((tries + 1))
        done
        """;

    private readonly Process _process;

    // Keeps the pipe open until the process ends, even if nothing refers to this object and it is garbage.
    private readonly GCHandle _held;

    private PostgresWatchdog(Process process)
    {
        _process = process;
        _held = GCHandle.Alloc(process.StandardInput);
    }

    /// <summary>Starts a watchdog for this process and the server whose data lies in the folder.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="user">The user that the server runs as; null for the user of this process.</param>
    /// <param name="folder">The folder to remove.</param>
    /// <param name="stop">The program and arguments that stop the server. That user runs them.</param>
    public static PostgresWatchdog Start(Machine machine, string? user, string folder, IReadOnlyList<string> stop)
    {
        if (machine.System is OperatingSystemKind.Windows)
        {
            var script = $"""
                [Console]::In.ReadToEnd() | Out-Null
                & {string.Join(' ', stop.Select(Quoted))} | Out-Null
                Remove-Item -Recurse -Force {Quoted(folder)}
                """;
            var encoded = Convert.ToBase64String(Encoding.Unicode.GetBytes(script));
            return new(PostgresTool.Start(new("powershell", ["-NoProfile", "-EncodedCommand", encoded])));
        }

        string[] shell = ["sh", "-c", Shell, "fetch-etl-postgres-watchdog", folder, .. stop];

        // In its own session the watchdog survives a kill of the owner's process group. macOS has no setsid program.
        return new(PostgresTool.Start(machine.FindOnPath("setsid") is { } setsid
            ? new(setsid, shell, user)
            : new(shell[0], shell[1..], user)));
    }

    /// <summary>Stops the server and removes the folder now, and waits until both are done.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _held.Free();
    }

    private static string Quoted(string argument) => $"'{argument.Replace("'", "''", StringComparison.Ordinal)}'";
}
