using System.Diagnostics;
using System.Text;

namespace FetchEtl.Testing;

/// <summary>
/// The real <c>fetch-etl</c> as a child process. The test sets its environment and reads its output. The program lies
/// beside the assembly of the test, so the project of the test must reference FetchEtl.Service.
/// </summary>
public sealed class FetchEtlProcess : IAsyncDisposable
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly List<(Predicate<string> Matches, TaskCompletionSource<string> Seen)> _waiters = [];

    private FetchEtlProcess(Process process) => _process = process;

    /// <summary>Standard output so far. Empty with a listener, which receives the lines instead.</summary>
    public string Output => Read(_output);

    /// <summary>
    /// Standard error so far, which is the log. Empty with a listener, which receives the lines instead.
    /// </summary>
    public string Errors => Read(_errors);

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Only after the process has exited. After a signal: 128 plus the number of the signal.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts the program and keeps its output.</summary>
    public static FetchEtlProcess Start(IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        Start(settings, listener: null, arguments);

    /// <summary>Starts the program.</summary>
    /// <param name="settings">
    /// Environment variables, in addition to those of this process except its AWS and database settings.
    /// </param>
    /// <param name="listener">
    /// Receives each line of output, on any thread, and nothing keeps it. Null keeps all.
    /// </param>
    /// <param name="arguments">The verb and its options.</param>
    public static FetchEtlProcess Start(
        IReadOnlyDictionary<string, string> settings, Action<string>? listener, params string[] arguments) =>
        StartAssembly("fetch-etl.dll", settings, listener, arguments);

    /// <summary>
    /// Like <see cref="Start(IReadOnlyDictionary{string, string}, Action{string}?, string[])"/>, for another program in
    /// that folder.
    /// </summary>
    public static FetchEtlProcess StartAssembly(
        string assembly,
        IReadOnlyDictionary<string, string> settings,
        Action<string>? listener,
        params string[] arguments)
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

        // The AWS and database settings of this machine must not reach the program under test.
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var run = new FetchEtlProcess(new Process { StartInfo = start });
        run._process.OutputDataReceived += (_, line) => run.Append(line.Data, listener, run._output);
        run._process.ErrorDataReceived += (_, line) => run.Append(line.Data, listener, run._errors);
        run._process.Start();
        run._process.BeginOutputReadLine();
        run._process.BeginErrorReadLine();

        return run;
    }

    /// <summary>Runs the program to its end, at most two minutes.</summary>
    public static async Task<FetchEtlProcess> RunAsync(
        IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var run = Start(settings, arguments);
        await run.WaitAsync();
        return run;
    }

    /// <summary>Writes a line to standard input, which stays open.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Writes the whole standard input and closes it.</summary>
    public async Task WriteInputAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        _process.StandardInput.Close();
    }

    /// <summary>Waits until the process has exited and all its output is read.</summary>
    /// <exception cref="TimeoutException">
    /// The process has not exited within the limit, by default two minutes.
    /// </exception>
    public Task WaitAsync(TimeSpan? limit = null) => _process.WaitForExitAsync().WaitAsync(limit ?? DefaultLimit);

    /// <summary>Waits for a matching line of output or log and returns the first. Not with a listener.</summary>
    /// <exception cref="InvalidOperationException">The process ended without such a line.</exception>
    /// <exception cref="TimeoutException">No line matched within two minutes.</exception>
    public async Task<string> WaitForLineAsync(Predicate<string> matches)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiters)
        {
            if (Array.Find((Output + Errors).Split(Environment.NewLine), matches) is { } line)
            {
                return line;
            }

            _waiters.Add((matches, seen));
        }

        await Task.WhenAny(seen.Task, _process.WaitForExitAsync()).WaitAsync(DefaultLimit);
        return seen.Task.IsCompleted ? await seen.Task : throw new InvalidOperationException(
            $"The process ended without such a line: {Errors}");
    }

    /// <summary>Sends a signal. It has arrived when the task completes. Not on Windows, which has no signals.</summary>
    /// <exception cref="InvalidOperationException">The process has ended.</exception>
    public async Task SignalAsync(ProcessSignal signal)
    {
        // A program that sends it would start too late for a process that soon ends by itself.
        if (signal == ProcessSignal.Kill && !_process.HasExited)
        {
            _process.Kill();
            return;
        }

        // The numbers of SIGSTOP and SIGCONT differ between systems, so the name is sent.
        var name = signal switch
        {
            ProcessSignal.Terminate => "TERM",
            ProcessSignal.Kill => "KILL",
            ProcessSignal.Stop => "STOP",
            ProcessSignal.Continue => "CONT",
            _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "The tests do not send this signal."),
        };
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-s", name, ProcessId.ToString()])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        await kill.WaitForExitAsync();
        if (kill.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"SIG{name} did not reach process {ProcessId}: {await kill.StandardError.ReadToEndAsync()}");
        }
    }

    /// <summary>Kills the process if it still runs.</summary>
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

    private string Read(StringBuilder text)
    {
        lock (_waiters)
        {
            return text.ToString();
        }
    }

    private void Append(string? line, Action<string>? listener, StringBuilder text)
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

        lock (_waiters)
        {
            text.AppendLine(line);
            foreach (var waiter in _waiters.Where(waiter => waiter.Matches(line)))
            {
                waiter.Seen.TrySetResult(line);
            }
        }
    }
}
