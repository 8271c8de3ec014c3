using FetchEtl.Testing;

namespace FetchEtl.Benchmarks.Chaos;

/// <summary>What is done to the worker processes.</summary>
internal sealed class WorkerStrikes(WorkerFleet fleet)
{
    private static readonly TimeSpan Freeze = TimeSpan.FromSeconds(ChaosEstate.VisibilityTimeoutSeconds + 2);
    private static readonly TimeSpan LongestGap = TimeSpan.FromMilliseconds(500);

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

    public async Task StopTwiceAsync(double draw, CancellationToken cancellationToken)
    {
        var worker = await fleet.ClaimAsync(draw, cancellationToken);
        await using (worker)
        {
            await worker.ReadyAsync();
            await worker.SignalAsync(ProcessSignal.Terminate);
            await Task.Delay(LongestGap * draw, cancellationToken);
            if (!worker.HasExited)
            {
                await worker.SignalAsync(ProcessSignal.Terminate);
            }

            await worker.GoneAsync();
            fleet.Replace(worker, fleet.Start());
        }
    }

    public async Task RollAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < ChaosOptions.Workers; i++)
        {
            // Successors join behind, so the oldest is always one that has not been replaced yet.
            var worker = await fleet.ClaimAsync(0, cancellationToken);
            await using (worker)
            {
                var successor = fleet.Start();
                await EndAsync(worker);
                fleet.Replace(worker, successor);
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

        if (worker.ExitCode != 0)
        {
            throw new ChaosException($"a worker answered SIGTERM with exit code {worker.ExitCode}; the end of its log:\n{worker.Tail}");
        }
    }
}
