using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Writes logins by group commit: while one batch is being written the next one gathers, so an idle writer writes at
/// once and a busy one writes large batches, without a timer. Thread-safe; one instance serves the whole process.
/// </summary>
/// <remarks>
/// A row that PostgreSQL refuses faults alone; the rest of its batch commits. Any other failure of the database is
/// retried, 50 ms to 5 s apart, until it works, every row's caller has left or the writer is disposed. The queue has no
/// bound of its own: callers wait for their rows, so whatever bounds them (a transport's prefetch) bounds it.
/// </remarks>
public sealed class LoginWriter : IAsyncDisposable
{
    /// <summary>How often a batch is tried that fails by no fault of the database: what passes then costs nobody a fault.</summary>
    private const int UnknownAttempts = 3;

    private readonly IDbContextFactory<LoginDbContext> _contexts;
    private readonly StoredMasksVerifier _verifier;
    private readonly PiiVault? _vault;
    private readonly WriterOutage _outage;
    private readonly LoginMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<LoginWriter> _log;
    private readonly LoginDataSource _connections;
    private readonly int _batchSize;
    private readonly RetryDelay _delay = new(new Random());
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<PendingLogin> _queue = Channel.CreateUnbounded<PendingLogin>();
    private readonly Task _loops;

    internal LoginWriter(
        IDbContextFactory<LoginDbContext> contexts,
        StoredMasksVerifier verifier,
        PiiVault? vault,
        IOptions<LoginsOptions> options,
        WriterOutage outage,
        LoginMetrics metrics,
        TimeProvider time,
        ILogger<LoginWriter> log,
        LoginDataSource connections)
    {
        _contexts = contexts;
        _verifier = verifier;
        _vault = vault;
        _outage = outage;
        _metrics = metrics;
        _time = time;
        _log = log;
        _connections = connections;
        _batchSize = options.Value.Storage.BatchSize;
        _loops = Task.WhenAll(Enumerable.Range(0, options.Value.Storage.Writers).Select(_ => Task.Run(WriteLoopAsync)));
    }

    /// <summary>Writes a row; completes when it is committed, or was already there under its message id.</summary>
    /// <param name="login">The row.</param>
    /// <param name="cancellationToken">
    /// Withdraws the row at once while no statement is writing it: it is not written later. A statement under way is waited
    /// for; the row is committed by it, or withdrawn when it fails.
    /// </param>
    /// <returns>A task that completes with the commit.</returns>
    /// <exception cref="LoginRejectedException">PostgreSQL refuses the row for its data.</exception>
    /// <exception cref="LoginWriterStoppedException">The writer was disposed before the commit was known.</exception>
    /// <exception cref="OperationCanceledException">The row was withdrawn.</exception>
    public Task WriteAsync(UserLogin login, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(login);
        return WriteAsync(login, [], cancellationToken);
    }

    /// <summary>As <see cref="WriteAsync(UserLogin, CancellationToken)"/>; where there is a vault, the row's raw values are sealed with it.</summary>
    internal Task WriteAsync(UserLogin login, IReadOnlyList<VaultValue> values, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        var pending = new PendingLogin(login, values, cancellationToken);
        if (!_queue.Writer.TryWrite(pending) && pending.TryBegin())
        {
            pending.Fail(new LoginWriterStoppedException());
        }

        return pending.Task;
    }

    /// <summary>
    /// Waits while PostgreSQL takes no rows, so that whoever receives messages can leave them on their queue. Completes at
    /// once while rows are committed.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// A task that completes when the outage ends. Where nobody's row is left to be tried it completes 5 s later, outage or
    /// not: only a row that is written shows that it is over.
    /// </returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task WaitForOutageEndAsync(CancellationToken cancellationToken = default) => _outage.WaitForEndAsync(cancellationToken);

    /// <summary>
    /// Stops: what was accepted is tried once more, and what can't be committed then fails with
    /// <see cref="LoginWriterStoppedException"/>, as does a statement under way whose callers have all cancelled.
    /// </summary>
    /// <returns>A task that completes when every accepted row is settled.</returns>
    public async ValueTask DisposeAsync()
    {
        if (!_queue.Writer.TryComplete())
        {
            return;
        }

        await _stopping.CancelAsync();
        await _loops;
        _stopping.Dispose();
    }

    private async Task WriteLoopAsync()
    {
        var batch = new List<PendingLogin>(_batchSize);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < _batchSize && _queue.Reader.TryRead(out var pending))
            {
                batch.Add(pending);
            }

            await SettleAsync(batch, UnknownAttempts);
        }
    }

    /// <summary>Commits the rows or fails them; never throws, so a loop outlives every batch.</summary>
    private async Task SettleAsync(List<PendingLogin> batch, int unknownAttempts)
    {
        try
        {
            await CommitAsync(batch, unknownAttempts);
        }
        catch (Exception exception) when (DatabaseFaults.Classify(exception) is { Kind: FaultKind.Data } fault)
        {
            await IsolateAsync(batch, fault);
        }
        catch (Exception exception) when (_stopping.IsCancellationRequested)
        {
            Log.StoppedBeforeCommit(_log, batch.Count, DatabaseFaults.Classify(exception).SqlState);
            Fail(batch, new LoginWriterStoppedException());
        }
        catch (Exception) when (batch.Count > 1)
        {
            // Not the database's doing: whichever row it is, the others need not share its fault.
            await HalveAsync(batch);
        }
        catch (Exception exception)
        {
            Log.RowFailed(_log, exception.GetType().FullName!);
            Fail(batch, exception);
        }
    }

    /// <summary>Tries until the rows are committed or all are withdrawn. When it throws, the rows left are those that failed.</summary>
    private async Task CommitAsync(List<PendingLogin> batch, int unknownAttempts)
    {
        var started = _time.GetTimestamp();
        var inOutage = false;
        Task? everybodyLeft = null;
        try
        {
            for (var attempt = 1; TryBegin(batch); attempt++)
            {
                try
                {
                    var written = await InsertAsync(batch);
                    _outage.End();
                    _metrics.Written(batch.Count, written, _time.GetElapsedTime(started));
                    batch.ForEach(static pending => pending.Commit());
                    return;
                }
                catch (Exception exception) when (IsWorthRepeating(exception, attempt < unknownAttempts))
                {
                    var fault = DatabaseFaults.Classify(exception);
                    if (fault.Kind != FaultKind.Unknown)
                    {
                        if (!inOutage)
                        {
                            inOutage = true;
                            _outage.Enter();
                        }

                        _outage.Report(fault);
                    }

                    batch.ForEach(static pending => pending.PutBack());
                    everybodyLeft ??= EverybodyLeftAsync(batch);
                    await everybodyLeft.WaitAsync(_delay.After(attempt), _time, _stopping.Token)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
        finally
        {
            if (inOutage)
            {
                _outage.Leave();
            }
        }
    }

    /// <summary>Completes, never faulted, when no caller waits for any of the rows.</summary>
    private static Task EverybodyLeftAsync(List<PendingLogin> batch)
    {
        var all = Task.WhenAll(batch.ConvertAll(static pending => pending.Task));
        return all.ContinueWith(
            static task => { _ = task.Exception; },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Takes the rows into a statement, without those that were withdrawn; false when none is left.</summary>
    private static bool TryBegin(List<PendingLogin> batch)
    {
        batch.RemoveAll(static pending => !pending.TryBegin());
        return batch.Count > 0;
    }

    private bool IsWorthRepeating(Exception exception, bool evenUnknown)
    {
        return !_stopping.IsCancellationRequested && DatabaseFaults.Classify(exception).Kind switch
        {
            FaultKind.Transient or FaultKind.Operator => true,
            FaultKind.Unknown => evenUnknown,
            _ => false,
        };
    }

    /// <summary>Halves the batch until the refused rows stand alone: about k·log n statements for k bad rows of n.</summary>
    private async Task IsolateAsync(List<PendingLogin> batch, DatabaseFault fault)
    {
        if (batch.Count > 1)
        {
            await HalveAsync(batch);
            return;
        }

        // Who finds fault with a row's data takes rows again.
        _outage.End();
        Log.RowRejected(_log, fault.SqlState, fault.Reason);
        _metrics.Rejected();
        Fail(batch, new LoginRejectedException(fault));
    }

    /// <summary>What failed once more and again as a whole is not repeated in its parts.</summary>
    private async Task HalveAsync(List<PendingLogin> batch)
    {
        batch.ForEach(static pending => pending.PutBack());
        var half = batch.Count / 2;
        await SettleAsync(batch.GetRange(0, half), unknownAttempts: 1);
        await SettleAsync(batch.GetRange(half, batch.Count - half), unknownAttempts: 1);
    }

    /// <summary>
    /// A statement under way is let finish, so that its outcome is known; Npgsql's command timeout bounds it. Only where the
    /// writer is disposed and all its callers have left is it broken off.
    /// </summary>
    private async Task<int> InsertAsync(List<PendingLogin> batch)
    {
        using var unwanted = new CancellationTokenSource();
        await using var stopping = _stopping.Token.UnsafeRegister(
            _ =>
            {
                if (batch.TrueForAll(static pending => pending.HasLeft))
                {
                    unwanted.Cancel();
                }
            },
            null);

        await using var context = await _contexts.CreateDbContextAsync(CancellationToken.None);
        try
        {
            await _verifier.VerifyAsync(context, unwanted.Token);
            return _vault is null
                ? await context.InsertAsync(batch.ConvertAll(static pending => pending.Login), unwanted.Token)
                : await _vault.InsertAsync(context, batch, unwanted.Token);
        }
        catch (Exception exception) when (DatabaseFaults.Classify(exception).Kind == FaultKind.Operator)
        {
            // What the operator corrects may hold for new sessions alone: a role's setting, the primary behind a name.
            _connections.Source.Clear();
            throw;
        }
    }

    private static void Fail(List<PendingLogin> batch, Exception exception)
    {
        foreach (var pending in batch)
        {
            pending.Fail(exception);
        }
    }
}
