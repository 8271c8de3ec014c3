namespace FetchEtl.Benchmarks;

/// <summary>The workers on the queue. A strike claims one, then returns it or replaces it with a successor.</summary>
internal sealed class WorkerFleet : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly CanaryWatch _canaries;
    private readonly SemaphoreSlim _unclaimed;
    private readonly List<Worker> _free = [];
    private readonly List<Worker> _claimed = [];

    public WorkerFleet(IReadOnlyDictionary<string, string> settings, CanaryWatch canaries)
    {
        _settings = settings;
        _canaries = canaries;
        _unclaimed = new SemaphoreSlim(ChaosOptions.Workers);
        for (var i = 0; i < ChaosOptions.Workers; i++)
        {
            _free.Add(Start());
        }
    }

    /// <summary>The workers that no strike has claimed, in the order in which they joined or were returned.</summary>
    public IReadOnlyList<Worker> Free
    {
        get
        {
            lock (_free)
            {
                return [.. _free];
            }
        }
    }

    /// <summary>Starts a worker. It joins the fleet when <see cref="Replace"/> adds it.</summary>
    public Worker Start() => Start("run");

    /// <summary>Starts another verb with the settings of the workers. It never joins the fleet.</summary>
    public Worker Start(string verb) => new(_settings, _canaries, verb);

    /// <summary>Claims a worker for a strike. Waits for one where all are claimed.</summary>
    /// <param name="draw">Selects one of the free workers: 0 (the first) to below 1.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ChaosException">The worker exited before the strike.</exception>
    public async Task<Worker> ClaimAsync(double draw, CancellationToken cancellationToken)
    {
        await _unclaimed.WaitAsync(cancellationToken);
        Worker worker;
        lock (_free)
        {
            worker = _free[(int)(draw * _free.Count)];
            _free.Remove(worker);
            _claimed.Add(worker);
        }

        return worker.HasExited
            ? throw new ChaosException(
                $"a worker exited unexpectedly with code {worker.ExitCode}; the end of its log:\n{worker.Tail}")
            : worker;
    }

    /// <summary>Returns a claimed worker that keeps running.</summary>
    public void Return(Worker worker) => Replace(worker, worker);

    /// <summary>Replaces a claimed worker with a successor. The caller stops and disposes the claimed one.</summary>
    public void Replace(Worker claimed, Worker successor)
    {
        lock (_free)
        {
            _claimed.Remove(claimed);
            _free.Add(successor);
        }

        _unclaimed.Release();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _free.Concat(_claimed))
        {
            await worker.DisposeAsync();
        }

        _unclaimed.Dispose();
    }
}
