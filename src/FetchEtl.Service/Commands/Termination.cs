using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// Handles SIGTERM, SIGQUIT and Ctrl+C. The first signal asks the process to stop in order. A second signal, or a stop
/// that overruns its limit, ends the process at once. That loses nothing: a message is deleted only after its row is
/// committed.
/// </summary>
internal sealed class Termination : IDisposable
{
    private const int SignalExit = 128;

    // Not disposed: a handler may still use it, and without a timer it holds no resources.
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _signals;
    private readonly TimeProvider _time;
    private TimeSpan _limit = TimeSpan.FromSeconds(new ServiceSettings().ShutdownTimeoutSeconds);
    private ITimer? _timer;
    private int _count;
    private volatile int _exitCode;

    public Termination(TimeProvider time)
    {
        _time = time;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Asked => _asked.Token;

    /// <summary>128 plus the first signal's number: the exit code of a verb that it ended before its end.</summary>
    public int ExitCode => _exitCode;

    /// <summary>Takes the limit of an ordered stop from the host's settings.</summary>
    public void LimitBy(IHost host) =>
        _limit = host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout;

    public void Dispose()
    {
        Array.ForEach(_signals, static signal => signal.Dispose());
        _timer?.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        var code = SignalExit + context.Signal switch
        {
            PosixSignal.SIGINT => 2,
            PosixSignal.SIGQUIT => 3,
            _ => 15,
        };
        if (Interlocked.Increment(ref _count) > 1)
        {
            EndAtOnce("received a second stop signal", code);
        }

        _exitCode = code;
        var limit = _limit;
        _timer = _time.CreateTimer(
            _ => EndAtOnce($"not stopped after {limit.TotalSeconds} s", code),
            null,
            limit,
            Timeout.InfiniteTimeSpan);
        _asked.Cancel();
    }

    private static void EndAtOnce(string reason, int code)
    {
        // A progress bar hides the cursor.
        var cursor = ProgressDisplay.IsShown ? "\u001b[?25h" : string.Empty;
        StandardError.WriteLine(
            $"{cursor}fetch-etl: {reason}, so it ends at once. No message is deleted before its row is committed.");
        Environment.Exit(code);
    }
}
