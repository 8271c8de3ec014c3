using System.Globalization;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Predicts what a rate needs. Pure arithmetic: docs/scaling.md explains each step.
/// </summary>
internal static class LoadModel
{
    private const int EntriesPerCall = 10;

    /// <summary>SQS calls a message where a receive always finds ten: a tenth of a receive and of a delete.</summary>
    public const double CallsOfFullQueue = 2.0 / EntriesPerCall;

    /// <summary>Calls of a kind that a worker has under way at most: polls, and delete calls.</summary>
    private const int CallsAtATime = 16;

    // An entry waits for others this long: the linger of CallLanes.
    private const double LingerSeconds = 0.1;

    // One connection retries refused rows, and one looks for dead sessions.
    private const int ConnectionsBesideWriters = 2;

    // Quotas of SQS: quotas-queues, quotas-fifo and quotas-messages of its Developer Guide.
    private const int InFlightQuota = 120_000;
    private const int FifoCallsPerSecond = 300;

    private const int DefaultMaxConnections = 100;

    private const double StandardPrice = 0.40;
    private const double FifoPrice = 0.50;

    private const double BytesPerPage = 8192;
    private const double SecondsPerDay = 86_400;
    private const double HoursPerMonth = 730;
    private const double SecondsPerMonth = HoursPerMonth * 3600;

    /// <summary>Predicts what the rate of <paramref name="given"/> needs.</summary>
    public static LoadPrediction Predict(LoadAssumptions given)
    {
        var limits = Limits(given).OrderBy(x => x.MessagesPerSecond).ToList();
        var capacity = limits[0].MessagesPerSecond;
        var workers = Math.Max(1, (int)Math.Ceiling(given.Rate / (capacity * given.Utilisation)));
        var each = given.Rate / workers;

        var perReceive = PerReceive(each, given.ReceiveMilliseconds);
        var perDelete = PerDelete(each);
        var rows = RowsPerStatement(each, given);
        var seconds = SecondsInFlight(each, rows, given);
        var renewals = Math.Floor(seconds / (given.VisibilitySeconds / 2));
        var calls = (1 / perReceive) + (1 / perDelete) + (renewals / EntriesPerCall);

        var price = given.CallPrice ?? (given.Fifo ? FifoPrice : StandardPrice);
        var callsCost = given.Rate * calls * SecondsPerMonth * price / 1e6;
        var workersCost = workers * HoursPerMonth
            * ((given.WorkerCores * given.CorePrice) + (given.WorkerGibibytes * given.GibibytePrice));
        var used = given.Rate / (workers * capacity);
        var prediction = new LoadPrediction(
            limits,
            workers,
            used / (1 - used),
            perReceive,
            perDelete,
            calls,
            given.Rate * calls,
            seconds * 1e3,
            given.Rate * seconds,
            workers * given.Prefetch,
            rows,
            given.Rate / rows,
            given.Rate * given.DatabaseMicroseconds / 1e6,
            given.Rate * given.WalBytes / 1e6,
            FullPages(given) * given.PageBytes / given.CheckpointSeconds / 1e6,
            IndexBytes(given) / 1e9,
            given.Rate * (given.RowBytes + given.IndexBytes) * SecondsPerDay / 1e9,
            workers * (given.Writers + ConnectionsBesideWriters),
            QueueLength(capacity, given),
            callsCost,
            workersCost,
            (callsCost + workersCost) / (given.Rate * SecondsPerMonth) * 1e6,
            []);
        return prediction with { Warnings = [.. Warnings(given, prediction)] };
    }

    /// <summary>
    /// Messages a second where worker, PostgreSQL and SQS share the cores of one machine and nothing else limits.
    /// </summary>
    /// <param name="cores">The cores of the machine.</param>
    /// <param name="microseconds">CPU time a message of each program in µs.</param>
    public static double OnSharedCores(double cores, params double[] microseconds) =>
        cores * 1e6 / microseconds.Sum();

    /// <summary>
    /// Messages that a receive returns. One poll asks again when its reply has come, so a reply brings what arrived
    /// meanwhile, at least the one message that ends the wait.
    /// </summary>
    public static double PerReceive(double rate, double milliseconds) =>
        Math.Clamp(rate * milliseconds / 1e3, 1, EntriesPerCall);

    /// <summary>Entries of a delete call: the first one waits for nine others, or for the linger.</summary>
    public static double PerDelete(double rate) => Math.Clamp(1 + (rate * LingerSeconds), 1, EntriesPerCall);

    /// <summary>
    /// Rows of a statement: each writer takes what came while its last statement ran, which took c + n·r. So
    /// n = rate / writers · (c + n·r), solved for n.
    /// </summary>
    public static double RowsPerStatement(double rate, LoadAssumptions given)
    {
        var busy = rate * given.DatabaseMicroseconds / 1e6;
        return busy >= given.Writers
            ? given.BatchSize
            : Math.Clamp(
                rate * given.CommitMilliseconds / 1e3 / (given.Writers - busy), 1, given.BatchSize);
    }

    /// <summary>
    /// Pages of the unique index that the rows of one checkpoint change. Message ids are random, so each row changes
    /// any page: of L pages, n rows leave L·e^(-n/L) untouched.
    /// </summary>
    public static double FullPages(LoadAssumptions given)
    {
        var pages = IndexBytes(given) / BytesPerPage;
        return pages * (1 - Math.Exp(-given.Rate * given.CheckpointSeconds / pages));
    }

    private static double IndexBytes(LoadAssumptions given) =>
        (given.PartitionRows ?? (given.Rate * SecondsPerDay)) * given.IndexBytes;

    private static IEnumerable<WorkerLimit> Limits(LoadAssumptions given)
    {
        yield return new("CPU time of the worker", given.WorkerCores * 1e6 / given.WorkerMicroseconds);
        const double Entries = CallsAtATime * EntriesPerCall;
        yield return new("16 receives at a time", Entries / (given.ReceiveMilliseconds / 1e3));
        yield return new("16 deletes at a time", Entries / (given.DeleteMilliseconds / 1e3));
        yield return new("writers", given.Writers * given.BatchSize / StatementSeconds(given.BatchSize, given));

        // With a backlog, the prefetch is divided among the writers' statements.
        var rows = Math.Min(given.BatchSize, given.Prefetch / (double)given.Writers);
        var held = ((given.ReceiveMilliseconds + given.DeleteMilliseconds) / 1e3) + StatementSeconds(rows, given);
        yield return new("prefetch", given.Prefetch / held);
    }

    private static double StatementSeconds(double rows, LoadAssumptions given) =>
        (given.CommitMilliseconds / 1e3) + (rows * given.DatabaseMicroseconds / 1e6);

    /// <summary>
    /// Half of a receive, the wait for a writer (half a statement, where statements gather rows), the statement, the
    /// wait for nine more deletes and half of a delete.
    /// </summary>
    private static double SecondsInFlight(double rate, double rows, LoadAssumptions given)
    {
        var statement = StatementSeconds(rows, given);
        return ((given.ReceiveMilliseconds + given.DeleteMilliseconds) / 2e3)
            + (rows > 1 ? statement / 2 : 0)
            + statement
            + (Math.Min(LingerSeconds, (EntriesPerCall - 1) / rate) / 2);
    }

    // Rounded to two digits. A worker's own prefetch, which KEDA counts too, must not ask for another worker.
    private static int QueueLength(double capacity, LoadAssumptions given)
    {
        var wanted = Math.Max(capacity * given.Utilisation * given.BacklogSeconds, 2.0 * given.Prefetch);
        var unit = Math.Pow(10, Math.Floor(Math.Log10(wanted)) - 1);
        return (int)(Math.Ceiling(wanted / unit) * unit);
    }

    private static IEnumerable<string> Warnings(LoadAssumptions given, LoadPrediction prediction)
    {
        if (prediction.MostInFlight > InFlightQuota)
        {
            yield return Text($"With a backlog, {prediction.MostInFlight:N0} messages would be in flight, and a queue ")
                + Text($"has at most about {InFlightQuota:N0}: lower Sqs:PrefetchCount, or use more queues.");
        }

        var callsOfAKind = given.Rate / Math.Min(prediction.MessagesPerReceive, prediction.MessagesPerDelete);
        if (given.Fifo && callsOfAKind > FifoCallsPerSecond)
        {
            yield return Text($"{callsOfAKind:N0} calls of one action a second exceed the {FifoCallsPerSecond} of a ")
                + "FIFO queue: turn on its high throughput, or use more queues.";
        }

        if (prediction.Connections > DefaultMaxConnections)
        {
            yield return Text($"{prediction.Connections:N0} connections exceed PostgreSQL's default max_connections ")
                + Text($"of {DefaultMaxConnections}: raise it, or use fewer, larger workers.");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
