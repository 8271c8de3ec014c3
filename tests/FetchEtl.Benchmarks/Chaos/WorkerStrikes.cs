using System.Diagnostics;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>The strikes on the worker processes.</summary>
internal sealed class WorkerStrikes(WorkerFleet fleet, LoginProducer producer)
{
    private static readonly TimeSpan Freeze = TimeSpan.FromSeconds(ChaosEstate.VisibilityTimeoutSeconds + 2);
    private static readonly TimeSpan LongestUnread = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LongestGap = TimeSpan.FromMilliseconds(500);

    // The exit code of a process that SIGTERM (15) killed, in the form of shells: 128 + 15.
    private const int SignalledExit = 128 + 15;

    private readonly Lock _lock = new();
    private TimeSpan _longestStop;

    /// <summary>The longest time from SIGTERM to the exit of a worker.</summary>
    public TimeSpan LongestStop
    {
        get
        {
            lock (_lock)
            {
                return _longestStop;
            }
        }
    }

    public async Task KillAsync(double draw, CancellationToken cancellationToken)
    {
        var worker = await fleet.ClaimAsync(draw, cancellationToken);
        await using (worker)
        {
            await worker.SignalAsync(ProcessSignal.Kill);
            await worker.WaitForExitAsync();
            fleet.Replace(worker, fleet.Start());
        }
    }

    /// <summary>Freezes a worker. It continues even when the run is cancelled.</summary>
    public async Task FreezeAsync(double draw, CancellationToken cancellationToken)
    {
        var worker = await fleet.ClaimAsync(draw, cancellationToken);
        await worker.SignalAsync(ProcessSignal.Stop);
        try
        {
            await Task.Delay(Freeze, cancellationToken);
        }
        finally
        {
            await worker.SignalAsync(ProcessSignal.Continue);
            fleet.Return(worker);
        }
    }

    public async Task StopAsync(double draw, CancellationToken cancellationToken)
    {
        var worker = await fleet.ClaimAsync(draw, cancellationToken);
        await using (worker)
        {
            await EndAsync(worker);
            fleet.Replace(worker, fleet.Start());
        }
    }

    /// <summary>
    /// The log of a worker is no longer read, so its pipe fills. After a while it gets SIGTERM.
    /// </summary>
    /// <exception cref="ChaosException">The worker did not exit in time, or not with code 0.</exception>
    public async Task FillLogPipeAsync(double draw, CancellationToken cancellationToken)
    {
        var worker = await fleet.ClaimAsync(draw, cancellationToken);
        await using (worker)
        {
            try
            {
                await worker.ReadyAsync();
                await worker.StopReadingAsync(() => producer.StirAsync(cancellationToken));
                var started = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(started) < LongestUnread * ((1 + draw) / 2))
                {
                    await producer.StirAsync(cancellationToken);
                }

                await worker.SignalAsync(ProcessSignal.Terminate);
                if (await worker.WaitForExitUnreadAsync() is not { } took)
                {
                    throw new ChaosException(
                        $"a worker with a full log pipe did not exit after SIGTERM; its log:\n{worker.Tail}");
                }

                Stopped(took);
                worker.ReadOn();
                await worker.WaitForExitAsync();
                Expect(worker, 0);
            }
            finally
            {
                fleet.Replace(worker, fleet.Start());
            }
        }
    }

    /// <summary>
    /// Sends SIGTERM, and a second SIGTERM while the worker stops, as an impatient orchestrator does.
    /// </summary>
    /// <exception cref="ChaosException">
    /// The worker did not exit in time, or its exit code is neither 0 nor that of SIGTERM.
    /// </exception>
    public async Task StopTwiceAsync(double draw, CancellationToken cancellationToken)
    {
        var worker = await fleet.ClaimAsync(draw, cancellationToken);
        await using (worker)
        {
            await worker.ReadyAsync();
            await worker.SignalAsync(ProcessSignal.Terminate);
            await Task.Delay(LongestGap * draw, cancellationToken);
            try
            {
                await worker.SignalAsync(ProcessSignal.Terminate);
            }
            catch (InvalidOperationException) when (worker.HasExited)
            {
                // The worker exited after the first signal.
            }

            await worker.WaitForExitAsync();
            Expect(worker, 0, SignalledExit);
            fleet.Replace(worker, fleet.Start());
        }
    }

    public async Task RollAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < ChaosOptions.Workers; i++)
        {
            // Successors join at the end, so the first worker is one that is not replaced yet. While a worker is
            // frozen, another one is replaced twice in its place.
            var worker = await fleet.ClaimAsync(0, cancellationToken);
            await using (worker)
            {
                var successor = fleet.Start();
                try
                {
                    await EndAsync(worker);
                }
                finally
                {
                    // Even after a failed strike, so that the fleet disposes the successor.
                    fleet.Replace(worker, successor);
                }
            }
        }
    }

    /// <summary>Sends SIGTERM, as an orchestrator does. The worker must exit in time with code 0.</summary>
    /// <exception cref="ChaosException">The worker did not exit in time, or exited with another code.</exception>
    public async Task EndAsync(Worker worker)
    {
        await worker.ReadyAsync();
        await worker.SignalAsync(ProcessSignal.Terminate);
        Stopped(await worker.WaitForExitAsync());
        Expect(worker, 0);
    }

    private void Stopped(TimeSpan took)
    {
        lock (_lock)
        {
            _longestStop = took > _longestStop ? took : _longestStop;
        }
    }

    private static void Expect(Worker worker, params ReadOnlySpan<int> exitCodes)
    {
        if (!exitCodes.Contains(worker.ExitCode))
        {
            throw new ChaosException(
                $"a worker exited with code {worker.ExitCode} after SIGTERM; the end of its log:\n{worker.Tail}");
        }
    }
}
