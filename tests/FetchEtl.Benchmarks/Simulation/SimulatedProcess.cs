namespace FetchEtl.Benchmarks;

/// <summary>
/// A process: the scheduler of its tasks, and its clock. Once it is killed, none of its tasks and timers runs any more.
/// </summary>
internal sealed class SimulatedProcess : TimeProvider
{
    private readonly SimulatedWorld _world;
    private readonly Scheduler _scheduler;

    /// <param name="world">Runs the tasks.</param>
    /// <param name="name">For traces.</param>
    public SimulatedProcess(SimulatedWorld world, string name)
    {
        _world = world;
        _scheduler = new Scheduler(this);
        Name = name;
    }

    public string Name { get; }

    public SimulatedWorld World => _world;

    public TaskScheduler TaskScheduler => _scheduler;

    public bool IsKilled { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Starts a task of this process.</summary>
    public Task Start(Func<Task> run) => Task.Factory.StartNew(
        run, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler).Unwrap();

    /// <summary>When it goes on, where it stands still.</summary>
    public TimeSpan PausedUntil { get; private set; }

    /// <summary>Stands still for a while, as under SIGSTOP. Time goes on.</summary>
    public void Pause(TimeSpan time)
    {
        PausedUntil = _world.Now + time;
        _world.Trace.Write($"{Name} stands still");
    }

    public void Kill()
    {
        IsKilled = true;
        _world.Trace.Write($"{Name} is killed");
    }

    public override long GetTimestamp()
    {
        _world.Verify();
        return _world.Now.Ticks;
    }

    public override DateTimeOffset GetUtcNow() => _world.UtcNow + _world.ClockError;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Scheduler(SimulatedProcess process) : TaskScheduler
    {
        protected override void QueueTask(Task task) => process._world.Add(process, () => TryExecuteTask(task));

        /// <summary>Each task is a choice of the seed, so none runs inline.</summary>
        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }
}

/// <summary>A timer in virtual time. It rings once for each time that it is set.</summary>
internal sealed class SimulatedTimer(SimulatedProcess process, Action callback) : ITimer
{
    private int _change;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
        {
            throw new NotSupportedException("Nothing that is simulated sets a periodic timer.");
        }

        _change++;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            process.World.Add(this, _change, dueTime);
        }

        return true;
    }

    public void Dispose() => _change++;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The time has come. The callback is ready to run, unless the timer was changed meanwhile.</summary>
    internal void Ring(int change)
    {
        if (change == _change)
        {
            process.World.Add(process, () =>
            {
                if (change == _change)
                {
                    callback();
                }
            });
        }
    }
}
