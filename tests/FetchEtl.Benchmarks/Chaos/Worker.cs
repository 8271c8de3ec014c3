using System.Diagnostics;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>
/// A <c>fetch-etl run</c> process. Its log is searched line by line, and only the last lines are kept.
/// </summary>
internal sealed class Worker : IAsyncDisposable
{
    // Service:ShutdownTimeoutSeconds is 25; the rest allows for a loaded machine.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private const int KeptLines = 30;
    private const string ReadyLine = "Receiving from";

    private readonly FetchEtlProcess _process;
    private readonly CanaryWatch _canaries;
    private readonly Queue<string> _tail = new(KeptLines);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Worker(IReadOnlyDictionary<string, string> settings, CanaryWatch canaries)
    {
        _canaries = canaries;
        _process = FetchEtlProcess.Start(settings, OnLine, "run");
    }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines of its log, for error messages.</summary>
    public string Tail
    {
        get
        {
            lock (_tail)
            {
                return string.Join('\n', _tail);
            }
        }
    }

    public Task SignalAsync(ProcessSignal signal) => _process.SignalAsync(signal);

    /// <summary>Waits until the worker receives.</summary>
    /// <exception cref="ChaosException">The worker did not start to receive in time.</exception>
    public Task ReadyAsync() => WithinAsync(_ready.Task, StartLimit, "a worker did not start to receive");

    /// <summary>Waits until the worker has exited.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="ChaosException">The worker did not exit in time.</exception>
    public async Task<TimeSpan> WaitForExitAsync()
    {
        var started = Stopwatch.GetTimestamp();
        await WithinAsync(_process.WaitAsync(StopLimit), StopLimit, "a worker did not exit after its signal");
        return Stopwatch.GetElapsedTime(started);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task WithinAsync(Task task, TimeSpan limit, string problem)
    {
        try
        {
            await task.WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            throw new ChaosException($"{problem} within {limit.TotalSeconds} s; the end of its log:\n{Tail}");
        }
    }

    private void OnLine(string line)
    {
        _canaries.Look("worker logs", line);
        lock (_tail)
        {
            if (_tail.Count == KeptLines)
            {
                _tail.Dequeue();
            }

            _tail.Enqueue(line);
        }

        if (line.Contains(ReadyLine, StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }
}
