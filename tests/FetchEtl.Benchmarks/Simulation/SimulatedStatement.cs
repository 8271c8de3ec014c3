using System.Globalization;
using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>A process's statements against <see cref="SimulatedPostgres"/>.</summary>
internal sealed class SimulatedStatement(
    SimulatedProcess process,
    SimulatedPostgres postgres,
    SchedulePlan plan,
    ActiveFaults faults,
    ScheduleJudge judge,
    StatementRules rules) : IBatchStatement
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);

    private SimulatedWorld World => process.World;

    public async Task<BatchWrite> RunAsync(LoginBatch batch, CancellationToken stopping)
    {
        try
        {
            return await RunAsync(batch);
        }
        catch (Exception)
        {
            judge.Failed(process.Name, "INSERT");
            throw;
        }
    }

    private async Task<BatchWrite> RunAsync(LoginBatch batch)
    {
        World.Verify();
        var rows = batch.Rows.Select(Row).ToList();
        var until = World.Now + CommandTimeout;
        await Task.Delay(World.Between(0, 0.005), process, CancellationToken.None);
        if ((faults.Active(Hazard.ServerDown) ?? faults.Active(Hazard.Failover)) is { } down)
        {
            // A new connection is refused at once, or times out.
            await Task.Delay(World.Between(0, down.Choice % 2 == 0 ? 0.01 : 15), process, CancellationToken.None);
            throw Lost();
        }

        var session = postgres.Connect(process);
        try
        {
            await ExecuteAsync(session, rows, until);
            return await CommitAsync(session, batch, rows, until);
        }
        finally
        {
            if (!session.IsAbandoned)
            {
                postgres.End(session);
            }
        }
    }

    private static (Guid Id, int Message) Row(PendingLogin row) =>
        (row.Login.MessageId!.Value, int.Parse(row.Login.UserId!.TrimEnd('\0'), CultureInfo.InvariantCulture));

    /// <summary>Up to the commit.</summary>
    private async Task ExecuteAsync(SimulatedSession session, List<(Guid Id, int Message)> rows, TimeSpan until)
    {
        var ids = rows.ConvertAll(row => row.Id);
        while (postgres.IsHeld(ids, session))
        {
            if (World.Now >= until)
            {
                World.Trace.Write($"{process.Name}: a statement waits too long for another session");
                throw Known("55P03", "another session holds the rows");
            }

            await postgres.Changed.WaitAsync(until - World.Now, process).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            RequireLife(session);
        }

        postgres.Hold(ids, session);
        var time = World.Between(0, 0.02);
        if (faults.Active(Hazard.RowsSlow) is { } slow)
        {
            time += TimeSpan.FromSeconds((8 + (slow.Choice % 12)) * rows.Count);
        }

        var timesOut = World.Now + time > until;
        await Task.Delay(timesOut ? until - World.Now : time, process, CancellationToken.None);
        RequireLife(session);
        if (timesOut)
        {
            World.Trace.Write($"{process.Name}: a statement of {rows.Count} rows times out");
            throw TimedOut();
        }

        if (SimulatedRefusals.Of(rows, plan, faults) is { } refusal)
        {
            World.Trace.Write($"{process.Name}: PostgreSQL refuses {rows.Count} rows with {refusal.SqlState}");
            throw refusal;
        }

        if (faults.Strikes(Hazard.ConnectionsLost) is not null)
        {
            World.Trace.Write($"{process.Name}: the connection is lost before the commit");
            throw Lost();
        }

        if (faults.Strikes(Hazard.ZombieSessions) is { } zombie)
        {
            World.Trace.Write($"{process.Name}: the session becomes a zombie");
            postgres.Abandon(session, World.Between(0, 60), zombie.Choice % 2 == 0 ? null : rows);
            throw Lost();
        }
    }

    private async Task<BatchWrite> CommitAsync(
        SimulatedSession session, LoginBatch batch, List<(Guid Id, int Message)> rows, TimeSpan until)
    {
        var news = rows.FindAll(row => !postgres.Contains(row.Id));
        var kept = news.FindAll(_ => faults.Strikes(Hazard.RowsDropped) is null);
        if (kept.Count > 0 || rules.ConfirmsDuplicates)
        {
            var position = postgres.Commit(session, kept);
            while (!postgres.IsConfirmed(position))
            {
                if (World.Now >= until)
                {
                    World.Trace.Write($"{process.Name}: the wait for the standby is cancelled");
                    if (rules.WaitsForStandby)
                    {
                        throw Known("01000", "no standby has confirmed the rows");
                    }

                    break;
                }

                await postgres.Changed.WaitAsync(until - World.Now, process).ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                RequireLife(session);
            }
        }

        if (faults.Strikes(Hazard.CommitsUnknown) is { } unknown)
        {
            World.Trace.Write($"{process.Name}: the connection is lost after the commit");
            await Task.Delay(World.Between(0, unknown.Choice % 2 == 0 ? 0.1 : 30), process, CancellationToken.None);
            throw Lost();
        }

        await Task.Delay(World.Between(0, 0.005), process, CancellationToken.None);
        var missing = rules.LooksUpMissing
            ? batch.Rows.Where(row => !postgres.Contains(row.Login.MessageId!.Value)).ToList()
            : [];
        return new BatchWrite(kept.Count, missing);
    }

    /// <summary>A restart or a promotion ends every session.</summary>
    private static void RequireLife(SimulatedSession session)
    {
        if (session.IsDead)
        {
            throw Lost();
        }
    }

    private static NpgsqlException Lost() =>
        new("Exception while reading from stream", new IOException("the connection was closed"));

    private static DatabaseFaultException TimedOut() =>
        new(DatabaseFaults.CommandTimeout((int)CommandTimeout.TotalSeconds));

    /// <summary>As the real statement reports what it knows better than the SQLSTATE says.</summary>
    private static DatabaseFaultException Known(string state, string reason) =>
        new(new DatabaseFault(FaultKind.Transient, state, reason));
}
