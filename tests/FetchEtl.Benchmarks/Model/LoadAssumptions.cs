namespace FetchEtl.Benchmarks;

/// <summary>
/// What <see cref="LoadModel"/> computes with. The defaults are measured figures of docs/benchmarks.md and
/// docs/scaling.md, the service's own defaults, AWS's prices, and three assumed times: those of a receive, of a delete
/// and of a commit.
/// </summary>
internal sealed record LoadAssumptions
{
    /// <summary>Messages a second that all workers together must move.</summary>
    public double Rate { get; init; }

    /// <summary>Whether the queue is a FIFO queue without high throughput.</summary>
    public bool Fifo { get; init; }

    /// <summary>CPU time of a worker a message in µs: the median of <c>end-to-end</c> over 300,000 messages.</summary>
    public double WorkerMicroseconds { get; init; } = 54;

    /// <summary>Cores of a worker.</summary>
    public double WorkerCores { get; init; } = 2;

    /// <summary>Memory of a worker in GiB: the least that Fargate has with two cores.</summary>
    public double WorkerGibibytes { get; init; } = 4;

    /// <summary>The share of its capacity that a worker or the database may use, from 0 to 1.</summary>
    public double Utilisation { get; init; } = 0.6;

    /// <summary>Time of a receive that finds messages, in ms. Assumed: one region.</summary>
    public double ReceiveMilliseconds { get; init; } = 10;

    /// <summary>Time of a delete call in ms. Assumed: one region.</summary>
    public double DeleteMilliseconds { get; init; } = 10;

    /// <summary>
    /// Time of a statement that does not depend on its rows, in ms: the way to the database and the commit. Assumed:
    /// one region and no synchronous standby.
    /// </summary>
    public double CommitMilliseconds { get; init; } = 3;

    /// <summary>CPU time of PostgreSQL a row in µs, with about 100 rows a statement.</summary>
    public double DatabaseMicroseconds { get; init; } = 20;

    /// <summary>Bytes of the table a row.</summary>
    public double RowBytes { get; init; } = 273;

    /// <summary>Bytes of the unique index a row.</summary>
    public double IndexBytes { get; init; } = 40;

    /// <summary>Rows of the table, or of the partition that is written; null for those of a day.</summary>
    public double? PartitionRows { get; init; }

    /// <summary>Seconds from one checkpoint to the next: PostgreSQL's default.</summary>
    public double CheckpointSeconds { get; init; } = 300;

    /// <summary>Bytes of log for a page of the index that is written in full, without its free space.</summary>
    public double PageBytes { get; init; } = 5872;

    /// <summary>Bytes of write-ahead log a row, without the full pages after a checkpoint.</summary>
    public double WalBytes { get; init; } = 437;

    /// <summary>The setting <c>Sqs:PrefetchCount</c>.</summary>
    public int Prefetch { get; init; } = 2000;

    /// <summary>The setting <c>Storage:Writers</c>.</summary>
    public int Writers { get; init; } = 2;

    /// <summary>The setting <c>Storage:BatchSize</c>.</summary>
    public int BatchSize { get; init; } = 1000;

    /// <summary>The setting <c>Sqs:VisibilityTimeoutSeconds</c>.</summary>
    public double VisibilitySeconds { get; init; } = 30;

    /// <summary>Seconds of a worker's work that may wait before KEDA adds a worker.</summary>
    public double BacklogSeconds { get; init; } = 5;

    /// <summary>Price of a million SQS calls in USD; null for AWS's of the kind of queue.</summary>
    public double? CallPrice { get; init; }

    /// <summary>Price of a core for an hour in USD: Fargate, Linux on x86, us-east-1.</summary>
    public double CorePrice { get; init; } = 0.04048;

    /// <summary>Price of a GiB of memory for an hour in USD, as <see cref="CorePrice"/>.</summary>
    public double GibibytePrice { get; init; } = 0.004445;
}
