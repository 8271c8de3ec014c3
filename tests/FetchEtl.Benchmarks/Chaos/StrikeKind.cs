namespace FetchEtl.Benchmarks;

/// <summary>What is done to the workers and to their database, beside the faults of SQS.</summary>
internal enum StrikeKind
{
    /// <summary>SIGKILL, and a new worker at once.</summary>
    KillWorker,

    /// <summary>SIGSTOP for longer than the visibility timeout, then SIGCONT: the worker's leases are others' by then.</summary>
    FreezeWorker,

    /// <summary>SIGTERM, and a new worker once it is gone.</summary>
    StopWorker,

    /// <summary>SIGTERM, and another before it is done with the first.</summary>
    StopWorkerTwice,

    /// <summary>Each worker in turn: its successor starts, then it gets SIGTERM.</summary>
    RollingRestart,

    /// <summary>Open transactions are rolled back, connections closed.</summary>
    RestartPostgresFast,

    /// <summary>As in a crash: the server recovers from its log.</summary>
    RestartPostgresImmediate,

    /// <summary>pg_terminate_backend on every connection of the workers.</summary>
    TerminateConnections,

    /// <summary>The workers' role may not INSERT for some seconds.</summary>
    RevokeInsert,
}
