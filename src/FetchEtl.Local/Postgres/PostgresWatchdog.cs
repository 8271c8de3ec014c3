using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace FetchEtl.Local;

/// <summary>
/// A small process that outlives its owner just long enough to stop the server and remove its folder. It reads a pipe
/// whose other end only the owner holds: the system closes that end however the owner ends, SIGKILL included.
/// </summary>
internal sealed class PostgresWatchdog : IAsyncDisposable
{
    // Signals for the whole process group, Ctrl+C among them, are the owner's business: it may still need its database.
    // Should the owner die while initdb or postgres is just starting, the first round can miss what they create, hence
    // the loop.
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

    // The pipe is to close with the process, not when a garbage collection finds that nobody holds this object any
    // more.
    private readonly GCHandle _held;

    private PostgresWatchdog(Process process)
    {
        _process = process;
        _held = GCHandle.Alloc(process.StandardInput);
    }

    /// <summary>Watches over this process on behalf of the server whose data lies in the folder.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="user">The user the server runs as; null for this process's own.</param>
    /// <param name="folder">The folder to remove.</param>
    /// <param name="stop">The program and arguments that stop the server, run as that user.</param>
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

        // A session of its own keeps it alive when the owner's whole process group is killed. macOS has no setsid
        // program.
        return new(PostgresTool.Start(machine.FindOnPath("setsid") is { } setsid
            ? new(setsid, shell, user)
            : new(shell[0], shell[1..], user)));
    }

    /// <summary>Has it do its work now, and waits until it is done.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _held.Free();
    }

    private static string Quoted(string argument) => $"'{argument.Replace("'", "''", StringComparison.Ordinal)}'";
}
