using System.Diagnostics;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>One <c>fetch-etl run</c>, whose log is read as it comes and only the end of it kept.</summary>
internal sealed class Worker : IAsyncDisposable
{
    // Service:ShutdownTimeoutSeconds is 25; the rest is what a loaded machine may take to notice.
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
        _process = FetchEtlProcess.Start(settings, Hear, "run");
    }

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines of its log, for whoever must find out what went wrong.</summary>
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

    /// <summary>Waits until it receives.</summary>
    /// <exception cref="ChaosException">It does not.</exception>
    public Task ReadyAsync() => WithinAsync(_ready.Task, StartLimit, "a worker did not come to receive");

    /// <summary>Waits until it is gone.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="ChaosException">It stays.</exception>
    public async Task<TimeSpan> GoneAsync()
    {
        var started = Stopwatch.GetTimestamp();
        await WithinAsync(_process.WaitAsync(StopLimit), StopLimit, "a worker outlived its signal");
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

    private void Hear(string line)
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
