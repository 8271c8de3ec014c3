using System.Diagnostics;
using System.Text;

namespace FetchEtl.Testing;

/// <summary>
/// The real <c>fetch-etl</c> as a child process, its environment given and its output kept. It is found beside the test's own
/// assembly, so the test's project must reference FetchEtl.Service.
/// </summary>
public sealed class FetchEtlProcess : IAsyncDisposable
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private FetchEtlProcess(Process process) => _process = process;

    /// <summary>Standard output so far; empty where a listener takes the lines.</summary>
    public string Output => Read(_output);

    /// <summary>Standard error so far, which is the log; empty where a listener takes the lines.</summary>
    public string Errors => Read(_errors);

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Only once it has exited. 128 and the signal's number where a signal ended it.</summary>
    public int ExitCode => _process.ExitCode;

    public static FetchEtlProcess Start(IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        Start(settings, listener: null, arguments);

    /// <param name="settings">Its environment, beside this process's own without AWS and database settings.</param>
    /// <param name="listener">Gets each line of output as it comes, on any thread, so that none is kept; null keeps all.</param>
    /// <param name="arguments">The verb and its options.</param>
    public static FetchEtlProcess Start(IReadOnlyDictionary<string, string> settings, Action<string>? listener, params string[] arguments) =>
        StartAssembly("fetch-etl.dll", settings, listener, arguments);

    /// <summary>As <see cref="Start(IReadOnlyDictionary{string, string}, Action{string}?, string[])"/>, another program that stands there.</summary>
    public static FetchEtlProcess StartAssembly(
        string assembly, IReadOnlyDictionary<string, string> settings, Action<string>? listener, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, assembly));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // The machine's own AWS and database settings are not the test's.
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var run = new FetchEtlProcess(new Process { StartInfo = start });
        run._process.OutputDataReceived += (_, line) => Tell(line.Data, listener, run._output);
        run._process.ErrorDataReceived += (_, line) => Tell(line.Data, listener, run._errors);
        run._process.Start();
        run._process.BeginOutputReadLine();
        run._process.BeginErrorReadLine();

        return run;
    }

    /// <summary>Runs to the end, within two minutes.</summary>
    public static async Task<FetchEtlProcess> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var run = Start(settings, arguments);
        await run.WaitAsync();
        return run;
    }

    /// <summary>Gives it all of its standard input, to the end.</summary>
    public async Task WriteInputAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        _process.StandardInput.Close();
    }

    /// <summary>Waits until it has exited and all its output is read.</summary>
    /// <exception cref="TimeoutException">It has not, within the limit (two minutes where none is given).</exception>
    public Task WaitAsync(TimeSpan? limit = null) => _process.WaitForExitAsync().WaitAsync(limit ?? DefaultLimit);

    /// <summary>The first line of its output or its log that fits, once it is there. Not where a listener takes the lines.</summary>
    /// <exception cref="InvalidOperationException">It ended without one.</exception>
    /// <exception cref="TimeoutException">There was none within two minutes.</exception>
    public async Task<string> WaitForLineAsync(Predicate<string> fits)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += Look;
        _process.ErrorDataReceived += Look;
        foreach (var line in (Output + Errors).Split(Environment.NewLine))
        {
            See(line);
        }

        await Task.WhenAny(seen.Task, _process.WaitForExitAsync()).WaitAsync(DefaultLimit);
        return seen.Task.IsCompleted ? await seen.Task : throw new InvalidOperationException($"It ended: {Errors}");

        void Look(object sender, DataReceivedEventArgs line) => See(line.Data);

        void See(string? line)
        {
            if (line is not null && fits(line))
            {
                seen.TrySetResult(line);
            }
        }
    }

    /// <summary>Sends a signal, which has arrived when the task completes. Not on Windows, which has none.</summary>
    /// <exception cref="InvalidOperationException">The process is gone.</exception>
    public async Task SignalAsync(ProcessSignal signal)
    {
        // By name: the numbers of SIGSTOP and SIGCONT differ between systems.
        var name = signal switch
        {
            ProcessSignal.Terminate => "TERM",
            ProcessSignal.Kill => "KILL",
            ProcessSignal.Stop => "STOP",
            ProcessSignal.Continue => "CONT",
            _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "is no signal that tests send"),
        };
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-s", name, ProcessId.ToString()])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException($"SIG{name} did not reach process {ProcessId}: {await kill.StandardError.ReadToEndAsync()}");
        }
    }

    /// <summary>Kills it where it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static bool IsForeign(string name) =>
        name.StartsWith("AWS_", StringComparison.OrdinalIgnoreCase) || name.Contains("__", StringComparison.Ordinal);

    private static string Read(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private static void Tell(string? line, Action<string>? listener, StringBuilder text)
    {
        if (line is null)
        {
            return;
        }

        if (listener is not null)
        {
            listener(line);
            return;
        }

        lock (text)
        {
            text.AppendLine(line);
        }
    }
}
