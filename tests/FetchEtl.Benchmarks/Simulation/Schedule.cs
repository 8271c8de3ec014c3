using FetchEtl.Service;

namespace FetchEtl.Benchmarks;

/// <summary>
/// One run of workers, or of <c>drain</c>, over a simulated SQS and PostgreSQL. The seed decides the plan, each choice
/// of the scheduler and each chance of a fault.
/// </summary>
internal sealed class Schedule
{
    /// <summary>Once no fault strikes any more, everything settles within this time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>What is sent while drain ends may be left.</summary>
    private static readonly TimeSpan Unseen = TimeSpan.FromSeconds(5);

    private readonly SimulatedWorld _world;
    private readonly SchedulePlan _plan;
    private readonly StatementRules _rules;
    private readonly ScheduleJudge _judge;
    private readonly ActiveFaults _faults;
    private readonly SimulatedPostgres _postgres;
    private readonly SimulatedQueue _queue;
    private readonly SimulatedWorker?[] _workers;
    private readonly List<IDisposable> _ended = [];
    private int _lives;

    private Schedule(int seed, SimulationTrace trace, StatementRules rules, SchedulePlan plan)
    {
        _rules = rules;
        _plan = plan;
        _world = new SimulatedWorld(seed, trace);
        trace.Clock = () => _world.Now;
        _judge = new ScheduleJudge(_plan, trace);
        _faults = new ActiveFaults(_world, _plan.Faults);
        _postgres = new SimulatedPostgres(_world, _plan, _faults, _judge);
        _queue = new SimulatedQueue(_world, _plan, _faults, _judge, _postgres);
        _workers = new SimulatedWorker?[_plan.Workers];
    }

    /// <summary>Runs a schedule.</summary>
    /// <param name="seed">Which.</param>
    /// <param name="keepsText">Whether the result has the text of the trace.</param>
    /// <param name="rules">What the statement promises; null for everything.</param>
    /// <param name="focus">What it is about.</param>
    public static ScheduleResult Run(
        int seed, bool keepsText = false, StatementRules? rules = null, Focus focus = Focus.None)
    {
        var trace = new SimulationTrace(keepsText);
        var schedule = new Schedule(seed, trace, rules ?? new StatementRules(), FocusedPlans.Of(seed, focus));
        trace.Note($"seed {seed}: {schedule._plan}");
        string? violation;
        try
        {
            schedule._world.Run(schedule._world.Server.Start(schedule.RunAsync), SchedulePlan.FaultsEnd + Patience);
            violation = schedule._judge.Violation;
        }
        catch (SimulationException exception)
        {
            violation = schedule._judge.Violation ?? exception.Message;
            trace.Note($"VIOLATION: {violation}");
        }
        finally
        {
            schedule._ended.ForEach(ended => ended.Dispose());
        }

        return new ScheduleResult(seed, violation, trace.Hash, trace.Steps, schedule._world.Now, trace.Text);
    }

    /// <summary>Runs a schedule. A mutant is asked by this name.</summary>
    /// <returns>The rule that it broke; null where it kept them all.</returns>
    public static string? Judge(int seed, int focus) => Run(seed, focus: (Focus)focus).Violation;

    private async Task RunAsync()
    {
        var sending = Task.WhenAll(Enumerable.Range(0, _plan.Messages.Count).Select(SendAsync));
        var striking = StrikeAsync();
        await (_plan.IsDrain
            ? DrainUntilEmptyAsync()
            : Task.WhenAll(Enumerable.Range(0, _plan.Workers).Select(KeepRunningAsync)));
        await sending;
        await striking;
        _postgres.Promote();
        _judge.Ended(_postgres.Rows);
    }

    private async Task SendAsync(int message)
    {
        if (_plan.SentAt[message] is var at && at > TimeSpan.Zero)
        {
            await Task.Delay(at, _world.Server);
        }

        _queue.Send(message);
    }

    /// <summary>A worker, started again after each end, until the queue is empty and no fault is left.</summary>
    private async Task KeepRunningAsync(int slot)
    {
        while (true)
        {
            var worker = Begin(slot);
            worker.Start();
            while (_workers[slot] == worker)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _world.Server);
                if (worker.Failure is { } failure)
                {
                    throw new SimulationException($"a worker failed: {failure}");
                }

                if (IsOver)
                {
                    await StopAsync(worker);
                    return;
                }
            }
        }
    }

    private async Task DrainUntilEmptyAsync()
    {
        while (true)
        {
            var worker = Begin(slot: 0);
            using var host = new SimulatedHost(worker, _plan);
            var draining = worker.Process.Start(async () =>
            {
                try
                {
                    var result = await new Drainer(host).RunAsync(CancellationToken.None);
                    _world.Trace.Write($"{worker.Process.Name} ends: {result.Left}, empty: {result.IsEmpty}");
                    if (result is { IsEmpty: true, Left: null or { Total: 0 } })
                    {
                        _judge.ReportedEmpty(_queue.LeftFor(worker.Process.Name, worker.StoppedAt - Unseen));
                    }
                }
                catch (Exception exception) when (exception is Amazon.Runtime.AmazonServiceException)
                {
                    _world.Trace.Write($"{worker.Process.Name} fails");
                }
            });
            while (_workers[0] == worker && !draining.IsCompleted)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _world.Server);
            }

            if (draining.IsCompleted)
            {
                await draining;
            }

            if (IsOver)
            {
                return;
            }
        }
    }

    private bool IsOver => _judge.Violation is not null
        || (_queue.IsDone && !_plan.Faults.Any(fault => fault.To > _world.Now));

    private SimulatedWorker Begin(int slot)
    {
        var worker = new SimulatedWorker(
            _world, $"worker {slot}.{++_lives}", _plan, _faults, _queue, _postgres, _judge, _rules);
        _ended.Add(worker);
        return _workers[slot] = worker;
    }

    /// <summary>Faults that happen at a time rather than for a while.</summary>
    private async Task StrikeAsync()
    {
        foreach (var fault in _plan.Faults.OrderBy(fault => fault.From))
        {
            if (fault.From > _world.Now)
            {
                await Task.Delay(fault.From - _world.Now, _world.Server);
            }

            Strike(fault);
        }
    }

    private void Strike(Fault fault)
    {
        _world.Trace.Note($"{fault}");
        var slot = fault.Choice % _workers.Length;
        switch (fault.Hazard)
        {
            case Hazard.ServerDown:
                _postgres.EndAllSessions();
                break;
            case Hazard.Failover:
                _postgres.Promote();
                break;
            case Hazard.ClockWrong:
                _world.ClockError = TimeSpan.FromHours(fault.Choice - 500);
                break;
            case Hazard.WorkerPaused when _workers[slot] is { } paused:
                paused.Process.Pause(fault.To - fault.From);
                break;
            case Hazard.WorkerKilled when _workers[slot] is { } killed:
                killed.Process.Kill();
                _postgres.Abandon(killed.Process);
                _workers[slot] = null;
                break;
            case Hazard.WorkerStopped when _workers[slot] is { } stopped && !_plan.IsDrain:
                _ = StopAsync(stopped);
                break;
        }
    }

    /// <summary>Stops a worker. It may be killed meanwhile.</summary>
    private async Task StopAsync(SimulatedWorker worker)
    {
        var stopping = worker.Process.IsKilled ? Task.CompletedTask : worker.StopAsync();
        while (!stopping.IsCompleted && !worker.Process.IsKilled)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _world.Server);
        }

        if (stopping.IsFaulted)
        {
            throw new SimulationException($"a worker failed at its stop: {stopping.Exception.InnerException}");
        }

        var slot = Array.IndexOf(_workers, worker);
        if (slot >= 0)
        {
            _workers[slot] = null;
        }
    }
}

/// <summary>How a schedule ended.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="Violation">The rule that it broke; null where it kept them all.</param>
/// <param name="Hash">The hash of all that happened.</param>
/// <param name="Steps">The number of choices that the scheduler made.</param>
/// <param name="Took">Virtual time.</param>
/// <param name="Text">All that happened, where it was asked for.</param>
internal sealed record ScheduleResult(
    int Seed, string? Violation, ulong Hash, long Steps, TimeSpan Took, string Text);
