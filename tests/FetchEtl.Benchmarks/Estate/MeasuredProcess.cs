using System.ComponentModel;
using System.Diagnostics;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Records the CPU time and the memory of a child process. It reads them every 100 ms, because the operating system has
/// no figures of a process that has exited. So the last 100 ms of a process may be missing.
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

    public int Id => _run.ProcessId;

    /// <summary>Starts the real <c>fetch-etl</c>.</summary>
    public static MeasuredProcess StartService(
        IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        new(FetchEtlProcess.Start(settings, arguments));

    /// <summary>Starts this program with another verb.</summary>
    public static MeasuredProcess StartSelf(IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        new(FetchEtlProcess.StartAssembly(
            $"{typeof(MeasuredProcess).Assembly.GetName().Name}.dll", settings, listener: null, arguments));

    /// <summary>Waits until the process exits.</summary>
    /// <returns>The last line of its output, and its usage.</returns>
    /// <exception cref="MeasurementException">
    /// The process exited with another code than 0; the message holds its standard error.
    /// </exception>
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
            : throw new MeasurementException($"A measured process exited with code {_run.ExitCode}: {_run.Errors}");
    }

    /// <summary>The usage of the process so far.</summary>
    /// <exception cref="MeasurementException">The process has exited.</exception>
    public ProcessUsage Usage =>
        Read() ?? throw new MeasurementException($"A measured process exited unexpectedly: {_run.Errors}");

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

            // An exiting process reports a peak of 0 here, so the highest value so far counts.
            _peakBytes = Math.Max(_peakBytes, _process.PeakWorkingSet64);
            return new ProcessUsage(_process.TotalProcessorTime, _peakBytes);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
