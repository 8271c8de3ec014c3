using System.Diagnostics;
using System.Text;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>
/// A <c>fetch-etl</c> process. Its log is searched line by line, and only the last lines are kept.
/// </summary>
internal sealed class Worker : IAsyncDisposable
{
    // Service:ShutdownTimeoutSeconds is 25; the rest allows for a loaded machine.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private const int KeptLines = 30;
    private const string ReadyLine = "Receiving from";

    // A pipe of Linux holds 64 KiB, or what /proc/sys/fs/pipe-max-size allows, by default 1 MiB.
    private static readonly byte[] Filling =
        [.. Enumerable.Repeat(Encoding.ASCII.GetBytes(new string('-', 127) + '\n'), 16 * 1024).SelectMany(x => x)];

    private readonly FetchEtlProcess _process;
    private readonly CanaryWatch _canaries;
    private readonly Queue<string> _tail = new(KeptLines);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ManualResetEventSlim _reading = new(initialState: true);
    private Task _filling = Task.CompletedTask;

    /// <param name="settings">The environment variables.</param>
    /// <param name="canaries">Searches the log.</param>
    /// <param name="verb">What it does.</param>
    public Worker(IReadOnlyDictionary<string, string> settings, CanaryWatch canaries, string verb)
    {
        _canaries = canaries;
        _process = FetchEtlProcess.Start(settings, OnLine, verb);
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

    /// <summary>Waits until the worker receives or has exited. False where it failed before it received.</summary>
    /// <exception cref="ChaosException">The worker did neither in time.</exception>
    public async Task<bool> ReadyOrExitedAsync()
    {
        var either = Task.WhenAny(_ready.Task, _process.WaitAsync(StartLimit));
        await WithinAsync(either, StartLimit, "a worker did not start to receive");
        return _ready.Task.IsCompleted || ExitCode == 0;
    }

    /// <summary>
    /// Reads nothing of its log until <see cref="ReadOn"/>, and fills the pipe. Completes when a thread of the worker
    /// waits for room in it.
    /// </summary>
    /// <param name="stirAsync">Gives the worker something to log.</param>
    /// <exception cref="ChaosException">The worker did not fill its pipe in time.</exception>
    public async Task StopReadingAsync(Func<Task> stirAsync)
    {
        _reading.Reset();
        _filling = Task.Run(FillPipeAsync, cancellationToken: CancellationToken.None);
        var started = Stopwatch.GetTimestamp();
        while (!WaitsForPipe())
        {
            if (HasExited || Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                throw new ChaosException($"a worker did not fill its log pipe within {StartLimit.TotalSeconds} s");
            }

            await stirAsync();
        }
    }

    /// <summary>Reads its log again.</summary>
    public void ReadOn() => _reading.Set();

    /// <summary>Waits until the worker has exited, also while its log is not read.</summary>
    /// <returns>How long that took; null where it did not exit in time.</returns>
    public async Task<TimeSpan?> WaitForExitUnreadAsync()
    {
        var started = Stopwatch.GetTimestamp();
        while (!HasExited)
        {
            if (Stopwatch.GetElapsedTime(started) > StopLimit)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Waits until the worker has exited.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="ChaosException">The worker did not exit in time.</exception>
    public async Task<TimeSpan> WaitForExitAsync()
    {
        var started = Stopwatch.GetTimestamp();
        await WithinAsync(_process.WaitAsync(StopLimit), StopLimit, "a worker did not exit after its signal");
        return Stopwatch.GetElapsedTime(started);
    }

    public async ValueTask DisposeAsync()
    {
        ReadOn();
        await _process.DisposeAsync();
        await _filling;
    }

    /// <summary>
    /// Writes to the worker's standard error, more than the pipe holds, so it ends only when the log is read on. Only
    /// Linux lets other processes do so. Elsewhere the worker's own lines have to fill the pipe.
    /// </summary>
    private async Task FillPipeAsync()
    {
        try
        {
            await using var pipe = File.OpenWrite($"/proc/{_process.ProcessId}/fd/2");
            await pipe.WriteAsync(Filling);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The worker has exited, or the system has no such file.
        }
    }

    /// <summary>
    /// Linux names the function of the kernel in which a thread sleeps. Other systems say nothing: true.
    /// </summary>
    private bool WaitsForPipe()
    {
        var threads = new DirectoryInfo($"/proc/{_process.ProcessId}/task");
        return !threads.Exists || threads.EnumerateDirectories().Any(thread =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(thread.FullName, "wchan"))
                    .Contains("pipe_write", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                // The thread has ended.
                return false;
            }
        });
    }

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
        // Blocks the one reader of the pipe.
        _reading.Wait();
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
