
namespace FetchEtl.Benchmarks;

/// <summary>
/// A primary with the table of logins and, in some schedules, a synchronous standby: which rows are committed, which
/// the standby has confirmed, and which message ids a session holds uncommitted.
/// </summary>
internal sealed class SimulatedPostgres(
    SimulatedWorld world, SchedulePlan plan, ActiveFaults faults, ScheduleJudge judge)
{
    private readonly List<StoredRow> _rows = [];
    private readonly Dictionary<Guid, SimulatedSession> _held = [];
    private readonly List<SimulatedSession> _sessions = [];
    private TaskCompletionSource _changed = new();
    private long _written;
    private long _confirmed;

    /// <summary>Completes when the server's state has changed.</summary>
    public Task Changed => _changed.Task;

    /// <summary>The end of the write-ahead log.</summary>
    public long Written => _written;

    public SimulatedSession Connect(SimulatedProcess process)
    {
        var session = new SimulatedSession(process);
        _sessions.Add(session);
        return session;
    }

    public bool Contains(Guid id) => _rows.Exists(row => row.Id == id);

    /// <summary>True when the row survives whatever happens to the primary.</summary>
    public bool HasDurableRow(int message) => _rows.Exists(row => row.Message == message && IsConfirmed(row.Position));

    /// <summary>Whether the standby, if there is one, has everything up to a position of the log.</summary>
    public bool IsConfirmed(long position) => !plan.HasStandby || position <= _confirmed;

    public int Rows(int message) => _rows.Count(row => row.Message == message);

    /// <summary>Another session that holds one of the ids uncommitted.</summary>
    public bool IsHeld(IEnumerable<Guid> ids, SimulatedSession by) =>
        ids.Any(id => _held.TryGetValue(id, out var session) && session != by);

    public void Hold(IEnumerable<Guid> ids, SimulatedSession session)
    {
        foreach (var id in ids)
        {
            _held[id] = session;
        }
    }

    /// <summary>Commits rows and writes the commit to the log.</summary>
    /// <returns>The position of the commit.</returns>
    public long Commit(SimulatedSession session, IEnumerable<(Guid Id, int Message)> rows)
    {
        _written++;
        foreach (var (id, message) in rows.ToList())
        {
            _rows.Add(new StoredRow(id, message, _written));
            judge.Inserted(message, Rows(message));
        }

        world.Trace.Write($"PostgreSQL commits {session.Process.Name} at {_written}, {_rows.Count} rows");
        if (plan.HasStandby)
        {
            _ = world.Server.Start(() => ReplicateAsync(_written));
        }

        Release(session);
        return _written;
    }

    /// <summary>The session ends. What it had not committed is gone.</summary>
    public void End(SimulatedSession session)
    {
        session.IsDead = true;
        _sessions.Remove(session);
        Release(session);
    }

    private void Release(SimulatedSession session)
    {
        foreach (var id in _held.Where(held => held.Value == session).Select(held => held.Key).ToList())
        {
            _held.Remove(id);
        }

        Signal();
    }

    /// <summary>The client is gone. PostgreSQL notices that at once, or long after.</summary>
    /// <param name="session">The client's session.</param>
    /// <param name="noticed">How long that takes.</param>
    /// <param name="commits">The rows, where COMMIT had arrived; otherwise null.</param>
    public void Abandon(SimulatedSession session, TimeSpan noticed, IReadOnlyList<(Guid Id, int Message)>? commits)
    {
        session.IsAbandoned = true;
        _ = world.Server.Start(async () =>
        {
            await Task.Delay(noticed, world.Server);
            if (session.IsDead)
            {
                return;
            }

            if (commits is not null)
            {
                Commit(session, commits.Where(row => !Contains(row.Id)));
            }

            End(session);
        });
    }

    /// <summary>A worker was killed: its sessions end a little later.</summary>
    public void Abandon(SimulatedProcess process)
    {
        foreach (var session in _sessions.FindAll(x => x.Process == process))
        {
            Abandon(session, world.Between(0, 2), commits: null);
        }
    }

    /// <summary>The server stops or starts again, or its standby is promoted: every session ends.</summary>
    public void EndAllSessions()
    {
        foreach (var session in _sessions.ToList())
        {
            End(session);
        }
    }

    /// <summary>The standby becomes the primary. It has what it had confirmed.</summary>
    public void Promote()
    {
        EndAllSessions();
        var lost = plan.HasStandby ? _rows.RemoveAll(row => !IsConfirmed(row.Position)) : 0;
        _confirmed = ++_written;
        world.Trace.Write($"the standby is promoted and lacks {lost} rows");
        Signal();
    }

    private async Task ReplicateAsync(long position)
    {
        await Task.Delay(world.Between(0, 0.02), world.Server);
        while (faults.Active(Hazard.StandbyHangs) is { } hang)
        {
            await Task.Delay(hang.To - world.Now, world.Server);
        }

        // After a promotion, no standby confirms what the old primary wrote.
        if (position > _confirmed && position <= _written)
        {
            _confirmed = position;
            world.Trace.Write($"the standby confirms {position}");
            Signal();
        }
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource();
        changed.SetResult();
    }

    private sealed record StoredRow(Guid Id, int Message, long Position);
}

/// <summary>A connection's session on the server.</summary>
internal sealed class SimulatedSession(SimulatedProcess process)
{
    public SimulatedProcess Process => process;

    public bool IsDead { get; set; }

    /// <summary>The client has lost its connection, and the session does not know.</summary>
    public bool IsAbandoned { get; set; }
}
