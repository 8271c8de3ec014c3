using System.Diagnostics;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Virtual time and one thread. The seed picks the next of the tasks and timers that are ready. Time passes only when
/// none is, and then up to the next timer.
/// </summary>
internal sealed class SimulatedWorld
{
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<(SimulatedProcess Process, Action Run)> _ready = [];
    private readonly PriorityQueue<(SimulatedTimer Timer, int Change), (TimeSpan Due, long Order)> _timers = new();
    private long _order;
    private string? _escape;

    /// <param name="seed">Decides everything that chance decides.</param>
    /// <param name="trace">Records what happens.</param>
    public SimulatedWorld(int seed, SimulationTrace trace)
    {
        Random = new Random(seed);
        Trace = trace;
        Server = new SimulatedProcess(this, "servers");
    }

    public Random Random { get; }

    public SimulationTrace Trace { get; }

    /// <summary>What runs outside all workers: the servers, and the schedule itself. It is never killed.</summary>
    public SimulatedProcess Server { get; }

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>How far the workers' wall clocks are off. Timers and timestamps do not follow them.</summary>
    public TimeSpan ClockError { get; set; }

    public DateTimeOffset UtcNow => Start + Now;

    public bool Chance(double probability) => Random.NextDouble() < probability;

    /// <summary>A time between two bounds, in whole milliseconds.</summary>
    public TimeSpan Between(double seconds, double atMost) =>
        TimeSpan.FromMilliseconds(Random.Next((int)(seconds * 1000), (int)(atMost * 1000) + 1));

    /// <summary>Runs until <paramref name="ending"/> has completed.</summary>
    /// <exception cref="SimulationException">
    /// It did not within <paramref name="limit"/>, or something ran elsewhere than here.
    /// </exception>
    public void Run(Task ending, TimeSpan limit)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            while (!ending.IsCompleted)
            {
                Step(limit);
            }

            ending.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Fails when the caller runs on another thread: then something left the scheduler.</summary>
    public void Verify()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _escape ??= new StackTrace().ToString();
        }
    }

    internal void Add(SimulatedProcess process, Action run)
    {
        Verify();
        lock (_ready)
        {
            _ready.Add((process, run));
        }
    }

    internal void Add(SimulatedTimer timer, int change, TimeSpan dueTime)
    {
        Verify();
        _timers.Enqueue((timer, change), (Now + dueTime, _order++));
    }

    private void Step(TimeSpan limit)
    {
        if (_escape is not null)
        {
            throw new SimulationException($"Work left the scheduler of the simulation:\n{_escape}");
        }

        if (_ready.Count == 0)
        {
            PassTime(limit);
            return;
        }

        var pick = Random.Next(_ready.Count);
        var (process, run) = _ready[pick];
        _ready[pick] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (process.IsKilled)
        {
            return;
        }

        if (process.PausedUntil > Now)
        {
            _timers.Enqueue((new SimulatedTimer(process, run), 0), (process.PausedUntil, _order++));
            return;
        }

        Trace.Step(pick, _ready.Count);
        run();
    }

    private void PassTime(TimeSpan limit)
    {
        if (!_timers.TryPeek(out _, out var next))
        {
            throw new SimulationException("Nothing is left to do, and yet the schedule has not ended.");
        }

        if (next.Due > limit)
        {
            throw new SimulationException($"The schedule has not ended after {limit} of virtual time.");
        }

        Now = next.Due > Now ? next.Due : Now;
        while (_timers.TryPeek(out var due, out var at) && at.Due <= Now)
        {
            _timers.Dequeue();
            due.Timer.Ring(due.Change);
        }
    }
}
