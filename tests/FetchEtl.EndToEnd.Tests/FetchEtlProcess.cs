using System.Diagnostics;
using System.Text;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The real <c>fetch-etl</c> as a child process, its environment given and its output kept.</summary>
internal sealed class FetchEtlProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private FetchEtlProcess(Process process) => _process = process;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return _errors.ToString();
            }
        }
    }

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    public static FetchEtlProcess Start(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "fetch-etl.dll"));
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
        run._process.OutputDataReceived += (_, line) => Append(run._output, line.Data);
        run._process.ErrorDataReceived += (_, line) => Append(run._errors, line.Data);
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

    public async Task WaitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await _process.WaitForExitAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>The first line of the output that begins so, once it is there.</summary>
    public async Task<string> WaitForLineAsync(string beginning)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.OutputDataReceived += Look;
        _process.Exited += Ended;
        _process.EnableRaisingEvents = true;
        foreach (var line in Output.Split(Environment.NewLine))
        {
            See(line);
        }

        return await seen.Task.WaitAsync(TimeSpan.FromMinutes(1));

        void Look(object sender, DataReceivedEventArgs line) => See(line.Data);

        void Ended(object? sender, EventArgs e) => seen.TrySetException(new InvalidOperationException($"It ended: {Errors}"));

        void See(string? line)
        {
            if (line?.StartsWith(beginning, StringComparison.Ordinal) == true)
            {
                seen.TrySetResult(line);
            }
        }
    }

    private static bool IsForeign(string name) =>
        name.StartsWith("AWS_", StringComparison.OrdinalIgnoreCase) || name.Contains("__", StringComparison.Ordinal);

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (text)
        {
            text.AppendLine(line);
        }
    }
}
