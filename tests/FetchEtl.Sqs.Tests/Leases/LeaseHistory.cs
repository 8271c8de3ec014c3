namespace FetchEtl.Sqs.Tests;

/// <summary>
/// One random history of one message in virtual time, determined by its seed. It simulates SQS, the consumer, another
/// worker, a process that stops or stalls, and the part of <c>LeaseLoop</c> that carries out the lease's actions.
/// </summary>
internal sealed class LeaseHistory
{
    private const int MostEvents = 50_000;
    private const int MostRedeliveries = 6;

    private readonly PriorityQueue<Action, (TimeSpan At, int Order)> _agenda = new();
    private readonly SimulatedSqs _sqs = new();
    private readonly List<Open> _leases = [];
    private readonly HistoryPlan _plan;
    private readonly OpenLease _openLease;
    private readonly Backoff _backoff;
    private readonly TimeSpan _beat;
    private readonly List<string>? _log;
    private TimeSpan _now;
    private int _order;
    private int _redeliveries;
    private bool _stopping;
    private bool _gaveUp;
    private bool _over;

    private LeaseHistory(int seed, OpenLease openLease, List<string>? log)
    {
        var random = new Random(seed);
        _plan = new HistoryPlan(random);
        _backoff = new Backoff(random);
        _beat = _plan.VisibilityTimeout / 6;
        _openLease = openLease;
        _log = log;
    }

    /// <summary>Returns null where all rules hold; else the broken rule, the seed and the whole history.</summary>
    public static string? Run(int seed, OpenLease openLease)
    {
        try
        {
            new LeaseHistory(seed, openLease, log: null).Run();
            return null;
        }
        catch (Exception)
        {
            return Describe(seed, openLease);
        }
    }

    /// <summary>Runs the same history again and returns its events.</summary>
    public static string Describe(int seed, OpenLease openLease)
    {
        List<string> log = [];
        var history = new LeaseHistory(seed, openLease, log);
        try
        {
            history.Run();
            log.Add("All rules hold.");
        }
        catch (Exception exception)
        {
            log.Add($"{history._now} {exception.GetType().Name}: {exception.Message}.");
        }

        return $"Seed {seed}: {log[^1]}\n{history._plan}\n{string.Join('\n', log)}";
    }

    private void Run()
    {
        Deliver();
        foreach (var at in _plan.Duplicates)
        {
            At(at, () =>
            {
                if (!_stopping && !_sqs.IsDeleted && !_sqs.IsVisible(_now))
                {
                    Deliver();
                }
            });
        }

        if (_plan.StopsAt is { } stop)
        {
            OnLoop(stop, Stop);
        }

        if (_plan.GivesUpAt is { } giveUp)
        {
            OnLoop(giveUp, GiveUp);
        }

        OnLoop(_plan.Horizon, () =>
        {
            _over = true;
            Stop();
            GiveUp();
        });

        for (var events = 0; _agenda.TryDequeue(out var happen, out var when); events++)
        {
            _now = when.At;
            happen();
            if (events > MostEvents)
            {
                throw new LeaseRuleException("The history does not end");
            }
        }

        _leases.ForEach(x => x.Judge.CheckEnded());
    }

    private void At(TimeSpan at, Action happen) => _agenda.Enqueue(happen, (at > _now ? at : _now, _order++));

    /// <summary>Schedules an event of our process, which waits while the process stalls.</summary>
    private void OnLoop(TimeSpan at, Action happen) => At(at, () =>
    {
        if (_now >= _plan.StallsAt && _now < _plan.StallEnds)
        {
            At(_plan.StallEnds!.Value, happen);
        }
        else
        {
            happen();
        }
    });

    private void Deliver()
    {
        var receipt = _sqs.Receive(byUs: true, _plan.VisibilityTimeout, _now);
        _log?.Add($"{_now} SQS delivers {receipt.Handle}");
        WatchVisibility();
        OnLoop(_now + _plan.UpTo(_plan.ReceiveLatency), () => Arrive(receipt));
    }

    private void Arrive(SimulatedSqs.Receipt receipt)
    {
        _log?.Add($"{_now} {receipt.Handle} arrives");
        if (_leases is [.., { Judge.IsClosed: false } open])
        {
            open.Judge.Arrived(receipt, _now);
            Apply(open, open.Machine.DeliveredAgain(receipt.Handle, receipt.Count, _now));
            return;
        }

        var machine = _openLease(receipt.Handle, receipt.Count, _plan.VisibilityTimeout, _now);
        var lease = new Open(machine, new LeaseJudge(_plan, _sqs), receipt.Count);
        var consumer = _leases.Count == 0 ? _plan.FirstConsumer : _plan.NextConsumer();
        _leases.Add(lease);
        lease.Judge.Arrived(receipt, _now);
        OnLoop(_now + _plan.UpTo(_beat), () => Beat(lease));
        if (consumer.Verdict != Verdict.None)
        {
            OnLoop(_now + consumer.Busy, () => Report(lease, consumer.Verdict));
        }

        if (consumer.Second != Verdict.None)
        {
            OnLoop(_now + consumer.Busy + consumer.SecondAfter, () => Report(lease, consumer.Second));
        }

        if (_stopping)
        {
            lease.Judge.Stopping();
        }

        if (_gaveUp)
        {
            GiveUp(lease);
        }
    }

    private void Report(Open lease, Verdict verdict)
    {
        var delay = _stopping ? TimeSpan.Zero : _backoff.ReturnAfter(lease.ReceiveCount);
        _log?.Add($"{_now} the consumer reports {verdict} (would return after {delay})");
        lease.Judge.Reported(verdict, delay, _now);
        Apply(lease, verdict switch
        {
            Verdict.Completed => lease.Machine.Completed(_now),
            Verdict.Returned => lease.Machine.Returned(delay, _now),
            _ => lease.Machine.Rejected(_now),
        });
    }

    private void Beat(Open lease)
    {
        if (!lease.Judge.IsClosed)
        {
            lease.Judge.CheckClosesInTime(_now);
            Apply(lease, lease.Machine.Tick(_now, _stopping));
            OnLoop(_now + _beat, () => Beat(lease));
        }
    }

    private void Stop()
    {
        _log?.Add($"{_now} the endpoint stops");
        _stopping = true;
        foreach (var lease in _leases)
        {
            lease.Judge.Stopping();
            if (_plan.Chance(0.3))
            {
                // The consumer is cancelled, or it had not begun.
                OnLoop(_now + _plan.UpTo(TimeSpan.FromSeconds(1)), () => Report(lease, Verdict.Returned));
            }
        }
    }

    private void GiveUp()
    {
        _log?.Add($"{_now} the endpoint gives up");
        _gaveUp = true;
        _leases.ForEach(GiveUp);
    }

    private void GiveUp(Open lease)
    {
        if (!lease.Judge.IsClosed)
        {
            lease.Judge.GaveUp(_now);
            var step = lease.Machine.GiveUp(_now);
            lease.Judge.AnsweredGivingUp(step);
            Apply(lease, step);
            lease.CancelRenewal?.Invoke();
        }
    }

    private void Apply(Open lease, LeaseStep step)
    {
        if (step == LeaseStep.None)
        {
            return;
        }

        _log?.Add($"{_now} the lease asks for {step}");
        var machine = lease.Machine;
        lease.Judge.Stepped(step, machine, _now);
        switch (step)
        {
            case LeaseStep.Renew:
                Renew(lease, machine.NewestHandle, machine.RenewalTime);
                break;
            case LeaseStep.SendDeadLetter:
                OnLoop(_now + Linger(), () => SendDeadLetter(lease));
                break;
            case LeaseStep.Settle:
                // Entries of other messages may fill a call between two handles of this message.
                var calls = machine.Outgoing.Chunk(_plan.Chance(0.8) ? machine.Outgoing.Count : 1).ToList();
                foreach (var handles in calls)
                {
                    var returnDelay = machine.ReturnDelay;
                    OnLoop(_now + Linger(), () => Settle(lease, handles, returnDelay));
                }

                break;
            case LeaseStep.Wait:
                OnLoop(machine.RetryAt, () => Apply(lease, lease.Machine.Tick(_now, _stopping)));
                break;
        }
    }

    private TimeSpan Linger() => _plan.UpTo(TimeSpan.FromMilliseconds(100));

    private void Renew(Open lease, string handle, TimeSpan time)
    {
        var call = new SimulatedCall(_plan, _now, _beat * 0.9, _now < _plan.FaultsEnd && !_plan.RenewalsWork);
        Begin(call, "renewal", [handle], _ =>
        {
            var reply = _sqs.ChangeVisibility(handle, time, _now);
            lease.Judge.RenewalTookEffect(handle, time, reply, _now);
            return reply;
        });
        OnLoop(call.EndsAt, Answer);
        lease.CancelRenewal = _gaveUp ? null : () => OnLoop(_now, () =>
        {
            call.Cancel();
            Answer();
        });

        void Answer()
        {
            if (call.TryEnd(out var replies))
            {
                lease.CancelRenewal = null;
                _log?.Add($"{_now} the renewal of {handle} is {replies[0]}");
                lease.Judge.RenewalAnswered(handle, replies[0]);
                Apply(lease, lease.Machine.RenewalAnswered(handle, replies[0], _now));
            }
        }
    }

    private void Settle(Open lease, string[] handles, TimeSpan? returnDelay)
    {
        var call = new SimulatedCall(_plan, _now, SimulatedCall.Limit, _now < _plan.FaultsEnd);
        Begin(call, "settlement", handles, handle =>
        {
            var reply = returnDelay is { } time ? _sqs.ChangeVisibility(handle, time, _now) : _sqs.Delete(handle);
            if (reply == SqsReply.Accepted)
            {
                lease.Judge.SettlementTookEffect(handle, call.ReplyIsLost);
            }

            return reply;
        });
        OnLoop(call.EndsAt, () =>
        {
            call.TryEnd(out var replies);
            foreach (var (handle, reply) in handles.Zip(replies))
            {
                _log?.Add($"{_now} the settlement of {handle} is {reply}");
                lease.Judge.SettlementAnswered(handle, reply, _now);
                var delay = _backoff.After(lease.Machine.Refusals + 1, Backoff.LongestRetry);
                Apply(lease, lease.Machine.SettlementAnswered(handle, reply, delay, _now));
            }
        });
    }

    private void SendDeadLetter(Open lease)
    {
        var call = new SimulatedCall(_plan, _now, SimulatedCall.Limit, _now < _plan.FaultsEnd);
        Begin(call, "dead letter", ["the letter"], _ =>
        {
            lease.Judge.LetterTookEffect();
            return SqsReply.Accepted;
        });
        OnLoop(call.EndsAt, () =>
        {
            call.TryEnd(out var replies);
            var accepted = replies[0] == SqsReply.Accepted;
            var delay = _backoff.ReturnAfter(lease.ReceiveCount);
            _log?.Add($"{_now} the dead letter is {replies[0]} (would return after {delay})");
            lease.Judge.LetterAnswered(accepted, delay, _now);
            Apply(lease, lease.Machine.DeadLetterAnswered(accepted, delay, _now));
        });
    }

    private void Begin(SimulatedCall call, string what, string[] entries, Func<string, SqsReply> run)
    {
        _log?.Add($"{_now} {what} of {string.Join(", ", entries)} is sent");
        call.Begin(entries.Length);
        At(call.TakesEffectAt, () =>
        {
            call.TakeEffect(i => run(entries[i]));
            _log?.Add($"{_now} {what} of {string.Join(", ", entries)} reaches SQS: {call}");
            WatchVisibility();
        });
    }

    private void WatchVisibility()
    {
        var version = _sqs.Version;
        At(_sqs.Newest!.End, () =>
        {
            if (version == _sqs.Version && _sqs.IsVisible(_now))
            {
                _log?.Add($"{_now} the message is visible");
                _leases.LastOrDefault()?.Judge.BecameVisible(_now);
                At(_now + _plan.UpTo(TimeSpan.FromSeconds(2)), () => Redeliver(version));
            }
        });
    }

    /// <summary>Delivers to us, or to another worker, which may delete the message.</summary>
    private void Redeliver(int version)
    {
        if (_over || version != _sqs.Version || _redeliveries++ >= MostRedeliveries)
        {
            return;
        }

        if (!_stopping && _plan.Chance(0.6))
        {
            Deliver();
            return;
        }

        var receipt = _sqs.Receive(byUs: false, _plan.VisibilityTimeout, _now);
        _log?.Add($"{_now} another worker receives {receipt.Handle}");
        WatchVisibility();
        if (_plan.Chance(0.5))
        {
            At(_now + _plan.UpTo(_plan.VisibilityTimeout), () => _sqs.Delete(receipt.Handle));
        }
    }

    private sealed record Open(ILeaseMachine Machine, LeaseJudge Judge, int ReceiveCount)
    {
        public Action? CancelRenewal { get; set; }
    }
}
