namespace FetchEtl.Benchmarks;

/// <summary>
/// The strikes on the workers, their database and their queue. SQS also fails in the ways of <see cref="SqsFaults"/>.
/// </summary>
internal enum StrikeKind
{
    /// <summary>A worker gets SIGKILL; a new one starts at once.</summary>
    KillWorker,

    /// <summary>
    /// A worker gets SIGSTOP, and SIGCONT after more than the visibility timeout. By then other workers have received
    /// its messages.
    /// </summary>
    FreezeWorker,

    /// <summary>A worker gets SIGTERM; a new one starts when it has exited.</summary>
    StopWorker,

    /// <summary>A worker gets SIGTERM, and a second SIGTERM while it stops.</summary>
    StopWorkerTwice,

    /// <summary>For each worker, its successor starts; then the worker gets SIGTERM.</summary>
    RollingRestart,

    /// <summary>PostgreSQL rolls back open transactions, closes all connections and restarts.</summary>
    RestartPostgresFast,

    /// <summary>PostgreSQL stops as in a crash and recovers from its write-ahead log.</summary>
    RestartPostgresImmediate,

    /// <summary>pg_terminate_backend ends every connection of the workers.</summary>
    TerminateConnections,

    /// <summary>The workers' role loses INSERT for some seconds.</summary>
    RevokeInsert,

    /// <summary>The synchronous standby freezes for some seconds, so no commit is confirmed.</summary>
    HangStandby,

    /// <summary>
    /// The synchronous standby freezes for some seconds. Then the primary is killed and the standby promoted: the
    /// commits that it has not confirmed are gone.
    /// </summary>
    FailOver,

    /// <summary>The sequence of a serial column falls behind its rows for some seconds, as after a restore.</summary>
    SetSequenceBack,

    /// <summary>An audit table that a trigger fills has no partition for the rows for some seconds.</summary>
    DropPartition,

    /// <summary>A trigger refuses about one row in 400 for some seconds.</summary>
    RefuseFewRows,

    /// <summary>A trigger refuses every row for some seconds.</summary>
    RefuseAllRows,

    /// <summary>A trigger returns NULL for some seconds: rows vanish without an error.</summary>
    SwallowRows,

    /// <summary>
    /// The network swallows the end of some transactions, and all that follows, for some seconds. Their sessions hold
    /// the message ids that they have inserted.
    /// </summary>
    MakeZombies,

    /// <summary>A worker's log is no longer read, so its pipe fills. Then the worker gets SIGTERM.</summary>
    FillLogPipe,

    /// <summary>SQS denies all deletes for some seconds.</summary>
    DenyDeletes,

    /// <summary>A tenth of all deliveries is malformed for some seconds.</summary>
    MalformMessages,

    /// <summary>A drain runs while the counts of messages read 0 and receives are throttled.</summary>
    ReadStaleCounts,
}
