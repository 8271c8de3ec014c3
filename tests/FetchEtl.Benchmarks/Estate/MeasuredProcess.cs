using System.ComponentModel;
using System.Diagnostics;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Watches a child process's use of the machine. It is asked often rather than at the end, since a process that is gone tells nothing:
/// what it uses in its last moments, after its work, is not seen.
/// </summary>
internal sealed class MeasuredProcess : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly FetchEtlProcess _run;
    private readonly Process _process;
    private long _peakBytes;

    private MeasuredProcess(FetchEtlProcess run)
    {
        _run = run;
        _process = Process.GetProcessById(run.ProcessId);
    }

    /// <summary>The real <c>fetch-etl</c>.</summary>
    public static MeasuredProcess StartService(IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        new(FetchEtlProcess.Start(settings, arguments));

    /// <summary>This program, with a verb of its own.</summary>
    public static MeasuredProcess StartSelf(IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        new(FetchEtlProcess.StartAssembly($"{typeof(MeasuredProcess).Assembly.GetName().Name}.dll", settings, listener: null, arguments));

    /// <summary>Runs to the end.</summary>
    /// <returns>The last line of its output, and what it used.</returns>
    /// <exception cref="MeasurementException">It failed; with the end of its log.</exception>
    public async Task<(string LastLine, ProcessUsage Usage)> RunAsync(CancellationToken cancellationToken)
    {
        var exited = _run.WaitAsync(Timeout.InfiniteTimeSpan);
        var usage = new ProcessUsage(TimeSpan.Zero, 0);
        while (!exited.IsCompleted)
        {
            usage = Read() ?? usage;
            await Task.WhenAny(exited, Task.Delay(Interval, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        await exited;
        return _run.ExitCode == 0
            ? (_run.Output.TrimEnd().Split(Environment.NewLine)[^1], usage)
            : throw new MeasurementException($"A measured process ended with exit code {_run.ExitCode}: {_run.Errors}");
    }

    /// <summary>What it has used so far.</summary>
    /// <exception cref="MeasurementException">It is gone.</exception>
    public ProcessUsage Usage => Read() ?? throw new MeasurementException($"A measured process ended by itself: {_run.Errors}");

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        _process.Dispose();
    }

    private ProcessUsage? Read()
    {
        try
        {
            _process.Refresh();

            // Of a process that is just going its memory is not told any more.
            _peakBytes = Math.Max(_peakBytes, _process.PeakWorkingSet64);
            return new ProcessUsage(_process.TotalProcessorTime, _peakBytes);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
