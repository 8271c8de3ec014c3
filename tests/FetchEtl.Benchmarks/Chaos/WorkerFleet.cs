namespace FetchEtl.Benchmarks;

/// <summary>The workers on the queue. A strike claims one, and gives back it or its successor.</summary>
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

    /// <summary>The workers that no strike has claimed, in the order in which they joined or came back.</summary>
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

    /// <summary>Starts a worker; it is not in the fleet before it is given to it.</summary>
    public Worker Start() => new(_settings, _canaries);

    /// <summary>Takes a worker for a strike, waiting for one if all are claimed.</summary>
    /// <param name="draw">Which of those free, 0 (the first) to below 1.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ChaosException">It has ended by itself.</exception>
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
            ? throw new ChaosException($"a worker ended by itself with exit code {worker.ExitCode}; the end of its log:\n{worker.Tail}")
            : worker;
    }

    /// <summary>Gives back a claimed worker, which goes on.</summary>
    public void Return(Worker worker) => Replace(worker, worker);

    /// <summary>Gives a successor for a claimed worker, whose end the caller sees to.</summary>
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
