namespace FetchEtl.Benchmarks;

/// <summary>One thing that limits the messages a second of a worker.</summary>
/// <param name="Name">What it is.</param>
/// <param name="MessagesPerSecond">The most messages a second that it allows.</param>
internal sealed record WorkerLimit(string Name, double MessagesPerSecond);

/// <summary>What a rate needs, as <see cref="LoadModel"/> predicts it.</summary>
/// <param name="Limits">What limits a worker, the narrowest limit first.</param>
/// <param name="Workers">Workers at the assumed utilisation.</param>
/// <param name="CatchUpHours">Hours until the backlog of an outage of one hour is gone.</param>
/// <param name="MessagesPerReceive">Messages that a receive returns.</param>
/// <param name="MessagesPerDelete">Entries of a delete call.</param>
/// <param name="CallsPerMessage">SQS calls of the workers a message.</param>
/// <param name="CallsPerSecond">SQS calls of the workers a second.</param>
/// <param name="MillisecondsInFlight">Time from a receive's reply to the delete, in ms.</param>
/// <param name="InFlight">Messages that SQS counts as in flight, on average.</param>
/// <param name="MostInFlight">The same while there is a backlog: every worker's prefetch is full.</param>
/// <param name="RowsPerStatement">Rows that a statement inserts.</param>
/// <param name="CommitsPerSecond">Commits a second, each of which waits for the disk.</param>
/// <param name="DatabaseCores">Cores that PostgreSQL is busy with.</param>
/// <param name="WalMegabytesPerSecond">Write-ahead log in MB/s, without the full pages after a checkpoint.</param>
/// <param name="FullPageMegabytesPerSecond">
/// Pages of the unique index in full, in MB/s of log: each page that is changed first after a checkpoint.
/// </param>
/// <param name="IndexGigabytes">The unique index of the partition in GB, which must stay in memory.</param>
/// <param name="TableGigabytesPerDay">Growth of the table and its unique index in GB a day.</param>
/// <param name="Connections">Connections to PostgreSQL at most.</param>
/// <param name="QueueLength">KEDA's <c>queueLength</c>.</param>
/// <param name="CallsCost">SQS calls in USD a month of 730 hours, without the free million and volume tiers.</param>
/// <param name="WorkersCost">Workers in USD a month of 730 hours.</param>
/// <param name="CostPerMillion">Both in USD a million messages.</param>
/// <param name="Warnings">Quotas and defaults that the rate exceeds.</param>
internal sealed record LoadPrediction(
    IReadOnlyList<WorkerLimit> Limits,
    int Workers,
    double CatchUpHours,
    double MessagesPerReceive,
    double MessagesPerDelete,
    double CallsPerMessage,
    double CallsPerSecond,
    double MillisecondsInFlight,
    double InFlight,
    int MostInFlight,
    double RowsPerStatement,
    double CommitsPerSecond,
    double DatabaseCores,
    double WalMegabytesPerSecond,
    double FullPageMegabytesPerSecond,
    double IndexGigabytes,
    double TableGigabytesPerDay,
    int Connections,
    int QueueLength,
    double CallsCost,
    double WorkersCost,
    double CostPerMillion,
    IReadOnlyList<string> Warnings);
