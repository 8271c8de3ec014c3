namespace FetchEtl.Benchmarks;

/// <summary>The strikes on the workers and their database. The faults of SQS are <see cref="SqsFaults"/>.</summary>
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
}
