namespace FetchEtl.Benchmarks;

/// <summary>What can go wrong in a schedule.</summary>
internal enum Hazard
{
    /// <summary>SQS refuses calls for now.</summary>
    CallsThrottled,

    /// <summary>Calls take effect, and their replies are lost.</summary>
    RepliesLost,

    /// <summary>Calls take up to 40 s.</summary>
    CallsSlow,

    /// <summary>SQS denies every delete.</summary>
    DeletesDenied,

    /// <summary>SQS refuses single entries of batch calls for now.</summary>
    EntriesRefused,

    /// <summary>SQS delivers messages that are in flight.</summary>
    DeliveredTwice,

    /// <summary>SQS delivers messages that are deleted.</summary>
    DeletedDelivered,

    /// <summary>SQS counts no messages.</summary>
    CountsStale,

    /// <summary>Receives find nothing although messages are there.</summary>
    ReceivesEmpty,

    /// <summary>PostgreSQL cannot be reached.</summary>
    ServerDown,

    /// <summary>The connection is lost before the commit.</summary>
    ConnectionsLost,

    /// <summary>The connection is lost after the commit.</summary>
    CommitsUnknown,

    /// <summary>The connection is lost, and its session holds the message ids for a while.</summary>
    ZombieSessions,

    /// <summary>PostgreSQL refuses rows for a reason that an operator must correct.</summary>
    OperatorFault,

    /// <summary>A trigger raises an exception for some rows.</summary>
    TriggerRaises,

    /// <summary>A trigger drops rows without an error.</summary>
    RowsDropped,

    /// <summary>A row takes seconds, so a batch exceeds the command timeout.</summary>
    RowsSlow,

    /// <summary>Statements end in a deadlock or a serialization failure.</summary>
    Deadlocks,

    /// <summary>The synchronous standby confirms nothing.</summary>
    StandbyHangs,

    /// <summary>The standby is promoted. It lacks what it had not confirmed.</summary>
    Failover,

    /// <summary>A worker is killed, and starts again at the end.</summary>
    WorkerKilled,

    /// <summary>A worker is stopped, and starts again at the end.</summary>
    WorkerStopped,

    /// <summary>A worker stands still, as under SIGSTOP.</summary>
    WorkerPaused,

    /// <summary>The wall clock of all workers is wrong.</summary>
    ClockWrong,
}

/// <summary>A hazard for a while.</summary>
/// <param name="Hazard">What goes wrong.</param>
/// <param name="From">From when on.</param>
/// <param name="To">Until when.</param>
/// <param name="Share">The share of calls, statements or rows that it strikes.</param>
/// <param name="Choice">Chooses between its forms.</param>
internal sealed record Fault(Hazard Hazard, TimeSpan From, TimeSpan To, double Share, int Choice)
{
    public bool IsActive(TimeSpan now) => From <= now && now < To;
}
