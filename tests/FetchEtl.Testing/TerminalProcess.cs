using System.Diagnostics;
using System.Text;

namespace FetchEtl.Testing;

/// <summary>
/// The real <c>fetch-etl</c> at a pseudo-terminal of 80 columns, which the program <c>script</c> creates. Not on
/// Windows.
/// </summary>
public sealed class TerminalProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Process _script;
    private readonly StringBuilder _screen = new();
    private readonly string _idFile = Path.GetTempFileName();
    private readonly Task _reading;

    private TerminalProcess(IReadOnlyDictionary<string, string> settings, string[] arguments)
    {
        // The shell writes its id and becomes the program, so that the id is the program's.
        var program = Path.Combine(AppContext.BaseDirectory, "fetch-etl.dll");
        var words = string.Join(' ', arguments.Prepend(program).Select(word => $"'{word}'"));
        // A test run in the background ignores SIGINT, and so would the program.
        var attentive = OperatingSystem.IsLinux() ? "env --default-signal=INT" : string.Empty;
        var command = $"stty cols 80 rows 50; echo $$ > '{_idFile}'; exec {attentive} dotnet {words}";
        string[] call = OperatingSystem.IsLinux()
            ? ["-qec", command, "/dev/null"]
            : ["-q", "/dev/null", "sh", "-c", command];
        var start = new ProcessStartInfo("script", call)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("CI");
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        _script = Process.Start(start)!;
        _reading = ReadAsync();
    }

    /// <summary>What the terminal got so far, control sequences included.</summary>
    public string Screen
    {
        get
        {
            lock (_screen)
            {
                return _screen.ToString();
            }
        }
    }

    /// <summary>Only after the process has exited.</summary>
    public int ExitCode => _script.ExitCode;

    /// <summary>Starts the program.</summary>
    public static TerminalProcess Start(IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        new(settings, arguments);

    /// <summary>Types a text.</summary>
    public async Task TypeAsync(string text)
    {
        await _script.StandardInput.WriteAsync(text);
        await _script.StandardInput.FlushAsync();
    }

    /// <summary>Types Ctrl+C, for which the terminal sends SIGINT.</summary>
    public Task TypeInterruptAsync() => TypeAsync("\u0003");

    /// <summary>Sends SIGTERM to the program itself.</summary>
    public async Task TerminateAsync()
    {
        var id = (await File.ReadAllTextAsync(_idFile)).Trim();
        using var kill = Process.Start("kill", ["-s", "TERM", id]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until the screen shows a text.</summary>
    /// <exception cref="TimeoutException">It did not within a minute, or the program ended without it.</exception>
    public async Task WaitForTextAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!Screen.Contains(text, StringComparison.Ordinal))
        {
            if (limit.IsCancellationRequested || _script.HasExited)
            {
                throw new TimeoutException($"The screen does not show '{text}': {Screen}");
            }

            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>Waits until the program has ended and its output is read.</summary>
    public async Task WaitAsync()
    {
        await _script.WaitForExitAsync().WaitAsync(Limit);
        await _reading.WaitAsync(Limit);
    }

    /// <summary>Kills the program if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_script.HasExited)
        {
            _script.Kill(entireProcessTree: true);
            await _script.WaitForExitAsync();
        }

        _script.Dispose();
        File.Delete(_idFile);
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        while (await _script.StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            lock (_screen)
            {
                _screen.Append(buffer, 0, count);
            }
        }
    }
}
