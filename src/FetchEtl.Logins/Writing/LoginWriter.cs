using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Writes logins by group commit: while one batch is written, the next one gathers. An idle writer writes at once, a
/// busy one writes large batches, and no timer is needed. Thread-safe; one instance serves the whole process.
/// </summary>
/// <remarks>
/// A row that PostgreSQL refuses does not hold its neighbours: they commit, while it waits, fails or, where many are
/// refused for one reason, stops the writing until an operator has acted. After any other failure of PostgreSQL one
/// batch at a time is retried, 50 ms to 5 s apart, until it commits, every caller has cancelled or the writer is
/// disposed. The queue has no limit of its own: callers wait for their rows, so what limits the callers (a transport's
/// prefetch) limits the queue.
/// </remarks>
public sealed class LoginWriter : IAsyncDisposable
{
    private readonly BatchWriter _batches;
    private readonly WriterCircuit _circuit;
    private readonly Refusals _refusals;
    private readonly BatchLimit _limit;
    private readonly CancellationTokenSource _stopping = new();
    private readonly LoginQueue _queue;
    private readonly StoredMasksVerifier? _table;
    private readonly Lazy<Task> _loops;

    /// <param name="batches">Writes what has gathered.</param>
    /// <param name="suspects">Retries the rows that PostgreSQL refuses.</param>
    /// <param name="refusals">Decides on them.</param>
    /// <param name="circuit">Shows whether PostgreSQL commits rows.</param>
    /// <param name="limit">The number of rows a batch.</param>
    /// <param name="queue">The rows that wait for a batch.</param>
    /// <param name="options">The number of loops.</param>
    /// <param name="table">
    /// Knows the table's settings once a statement has read them, so that rows are formed while they gather. Null where
    /// the statement forms them all.
    /// </param>
    /// <param name="scheduler">Runs the loops; null for the thread pool's.</param>
    internal LoginWriter(
        BatchWriter batches,
        SuspectLoop suspects,
        Refusals refusals,
        WriterCircuit circuit,
        BatchLimit limit,
        LoginQueue queue,
        IOptions<LoginsOptions> options,
        StoredMasksVerifier? table = null,
        TaskScheduler? scheduler = null)
    {
        _table = table;
        _batches = batches;
        _refusals = refusals;
        _circuit = circuit;
        _limit = limit;
        _queue = queue;
        var writers = options.Value.Storage.Writers;
        var loops = new TaskFactory(scheduler ?? TaskScheduler.Default);
        _loops = new Lazy<Task>(() => Task.WhenAll(
            Enumerable.Range(0, writers)
                .Select(_ => loops.StartNew(WriteLoopAsync).Unwrap())
                .Append(loops.StartNew(() => suspects.RunAsync(_stopping.Token)).Unwrap())));
    }

    /// <summary>
    /// Writes a row. Completes when the row is committed, or when the table already holds its message id.
    /// </summary>
    /// <param name="login">
    /// The row, with its masks, and with the message's id as received: the writer stores the id in the table's form.
    /// </param>
    /// <param name="cancellationToken">
    /// Withdraws the row at once while no statement is writing it: it is not written later. A running statement is
    /// awaited: it commits the row, or the row is withdrawn when it fails.
    /// </param>
    /// <returns>A task that completes with the commit.</returns>
    /// <exception cref="LoginRejectedException">
    /// PostgreSQL refuses the row, and its own values explain why.
    /// </exception>
    /// <exception cref="LoginDeferredException">
    /// PostgreSQL repeatedly refuses the row for another reason, and accepts others.
    /// </exception>
    /// <exception cref="LoginWriterStoppedException">The writer was disposed before the commit was known.</exception>
    /// <exception cref="OperationCanceledException">The row was withdrawn.</exception>
    public Task WriteAsync(UserLogin login, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(login);
        return WriteAsync(login, [], sentTime: null, cancellationToken);
    }

    /// <summary>
    /// As <see cref="WriteAsync(UserLogin, CancellationToken)"/>. Where there is a vault, the raw values are sealed
    /// with the row. The delay of the commit is measured from the sent time, in UTC.
    /// </summary>
    internal Task WriteAsync(
        UserLogin login, IReadOnlyList<VaultValue> values, DateTime? sentTime, CancellationToken cancellationToken) =>
        WriteAsync(new GivenLogin(login, values), sentTime, cancellationToken);

    /// <summary>As <see cref="WriteAsync(UserLogin, CancellationToken)"/>; the table's settings form the row.</summary>
    internal Task WriteAsync(ILoginSource source, DateTime? sentTime, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        _ = _loops.Value;
        var pending = new PendingLogin(source, cancellationToken) { SentTime = sentTime };
        if (_table?.Settings is { } settings)
        {
            pending.Form(settings);
        }

        if (!_queue.TryAdd(pending) && pending.TryBegin())
        {
            pending.Fail(new LoginWriterStoppedException());
        }

        return pending.Task;
    }

    /// <summary>
    /// Waits while PostgreSQL cannot commit rows, so that a receiver leaves messages on their queue. Completes at once
    /// while rows are committed.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// A task that completes when the outage ends. Where every caller has cancelled, no row is left to retry with: then
    /// the task completes about 5 s later during the outage too, because only a new row can show that the outage is
    /// over.
    /// </returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task WaitForOutageEndAsync(CancellationToken cancellationToken = default) =>
        _circuit.State == CircuitState.Closed ? Task.CompletedTask : _circuit.WaitForEndAsync(cancellationToken);

    /// <summary>
    /// Stops: accepted rows get one more attempt. Rows that cannot be committed fail with
    /// <see cref="LoginWriterStoppedException"/>, those that wait because they were refused at once. So does a running
    /// statement whose callers have all cancelled.
    /// </summary>
    /// <returns>A task that completes when every accepted row has ended.</returns>
    public async ValueTask DisposeAsync()
    {
        if (!_queue.TryComplete())
        {
            return;
        }

        _refusals.Stop();
        await _stopping.CancelAsync();
        if (_loops.IsValueCreated)
        {
            await _loops.Value;
        }

        _stopping.Dispose();
    }

    private async Task WriteLoopAsync()
    {
        // The loop starts in the context of the first caller, and its spans must not become children of that message's.
        Activity.Current = null;
        while (await _queue.Rows.WaitToReadAsync())
        {
            var rows = new List<PendingLogin>();
            var limit = _limit.Rows;
            while (rows.Count < limit && _queue.Rows.TryRead(out var pending))
            {
                rows.Add(pending);
            }

            await _batches.WriteAsync(new LoginBatch(rows), _stopping.Token);
        }
    }
}
