using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>What is done to the worker processes.</summary>
internal sealed class WorkerStrikes(WorkerFleet fleet)
{
    private static readonly TimeSpan Freeze = TimeSpan.FromSeconds(ChaosEstate.VisibilityTimeoutSeconds + 2);
    private static readonly TimeSpan LongestGap = TimeSpan.FromMilliseconds(500);

    // As shells give it: 128 and the number of SIGTERM.
    private const int SignalledExit = 128 + 15;

    private readonly Lock _lock = new();
    private TimeSpan _longestStop;

    /// <summary>How long a worker took at most from SIGTERM to its end.</summary>
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
            await worker.GoneAsync();
            fleet.Replace(worker, fleet.Start());
        }
    }

    /// <summary>The worker is thawed even when the run is cancelled.</summary>
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

    /// <summary>A second SIGTERM, as an impatient orchestrator sends it, early or late in the stop that the first one began.</summary>
    /// <exception cref="ChaosException">The worker is not gone in time, or ended by anything but its own will or the signal.</exception>
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
                // The first one sufficed.
            }

            await worker.GoneAsync();
            Expect(worker, 0, SignalledExit);
            fleet.Replace(worker, fleet.Start());
        }
    }

    public async Task RollAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < ChaosOptions.Workers; i++)
        {
            // Successors join behind, so the first is one not replaced yet; a frozen one misses its turn, and another is replaced twice.
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
                    // Also when the strike fails: the fleet ends all its workers.
                    fleet.Replace(worker, successor);
                }
            }
        }
    }

    /// <summary>SIGTERM as an orchestrator sends it: the worker must be gone in time, by its own will.</summary>
    /// <exception cref="ChaosException">It is not, or was ended by the signal itself or by an error.</exception>
    public async Task EndAsync(Worker worker)
    {
        await worker.ReadyAsync();
        await worker.SignalAsync(ProcessSignal.Terminate);
        var took = await worker.GoneAsync();
        lock (_lock)
        {
            _longestStop = took > _longestStop ? took : _longestStop;
        }

        Expect(worker, 0);
    }

    private static void Expect(Worker worker, params ReadOnlySpan<int> exitCodes)
    {
        if (!exitCodes.Contains(worker.ExitCode))
        {
            throw new ChaosException($"a worker answered SIGTERM with exit code {worker.ExitCode}; the end of its log:\n{worker.Tail}");
        }
    }
}
