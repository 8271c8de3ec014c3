using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace FetchEtl.Logins;

/// <summary>
/// Writes logins by group commit: while one batch is being written the next one gathers, so an idle writer writes at
/// once and a busy one writes large batches, without a timer. Thread-safe; one instance serves the whole process.
/// </summary>
/// <remarks>
/// A row that PostgreSQL refuses faults alone; the rest of its batch commits. Any other failure of the database is
/// retried, 100 ms to 5 s apart, until it works or the writer is disposed. The queue has no bound of its own: callers
/// wait for their rows, so whatever bounds them (a transport's prefetch) bounds it.
/// </remarks>
public sealed class LoginWriter : IAsyncDisposable
{
    private readonly IDbContextFactory<LoginDbContext> _contexts;
    private readonly WriterOutage _outage;
    private readonly LoginMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<LoginWriter> _log;
    private readonly int _batchSize;
    private readonly ResiliencePipeline _retry;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<PendingLogin> _queue = Channel.CreateUnbounded<PendingLogin>();
    private readonly Task _loops;

    internal LoginWriter(
        IDbContextFactory<LoginDbContext> contexts,
        IOptions<LoginsOptions> options,
        WriterOutage outage,
        LoginMetrics metrics,
        TimeProvider time,
        ILogger<LoginWriter> log)
    {
        _contexts = contexts;
        _outage = outage;
        _metrics = metrics;
        _time = time;
        _log = log;
        _batchSize = options.Value.Storage.BatchSize;
        _retry = CreateRetry();
        _loops = Task.WhenAll(Enumerable.Range(0, options.Value.Storage.Writers).Select(_ => Task.Run(WriteLoopAsync)));
    }

    /// <summary>Writes a row; completes when it is committed, or was already there under its message id.</summary>
    /// <param name="login">The row.</param>
    /// <param name="cancellationToken">Ends the wait. The row may be written all the same.</param>
    /// <returns>A task that completes with the commit.</returns>
    /// <exception cref="LoginRejectedException">PostgreSQL refuses the row for its data.</exception>
    /// <exception cref="LoginWriterStoppedException">The writer was disposed before the commit was known.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task WriteAsync(UserLogin login, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(login);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        var pending = new PendingLogin(login);
        if (!_queue.Writer.TryWrite(pending))
        {
            return Task.FromException(new LoginWriterStoppedException());
        }

        return pending.Task.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Stops: what was accepted is tried once more, and what can't be committed then fails with
    /// <see cref="LoginWriterStoppedException"/>.
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

            if (batch.Count > 0)
            {
                await SettleAsync(batch.ToArray());
            }
        }
    }

    /// <summary>Commits the rows or fails them; never throws, so a loop outlives every batch.</summary>
    private async Task SettleAsync(ArraySegment<PendingLogin> batch)
    {
        try
        {
            await CommitAsync(batch);
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

    private async Task CommitAsync(ArraySegment<PendingLogin> batch)
    {
        var rows = new UserLogin[batch.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = batch[i].Login;
        }

        var started = _time.GetTimestamp();
        var written = _stopping.IsCancellationRequested
            ? await InsertAsync(rows)
            : await _retry.ExecuteAsync(async _ => await InsertAsync(rows), _stopping.Token);
        _outage.End();
        _metrics.Written(batch.Count, written, _time.GetElapsedTime(started));

        foreach (var pending in batch)
        {
            pending.SetResult();
        }
    }

    /// <summary>Halves the batch until the refused rows stand alone: about k·log n statements for k bad rows of n.</summary>
    private async Task IsolateAsync(ArraySegment<PendingLogin> batch, DatabaseFault fault)
    {
        if (batch.Count > 1)
        {
            await HalveAsync(batch);
            return;
        }

        Log.RowRejected(_log, fault.SqlState, fault.Reason);
        _metrics.Rejected();
        Fail(batch, new LoginRejectedException(fault));
    }

    private async Task HalveAsync(ArraySegment<PendingLogin> batch)
    {
        await SettleAsync(batch[..(batch.Count / 2)]);
        await SettleAsync(batch[(batch.Count / 2)..]);
    }

    /// <summary>
    /// No token: a statement under way is let finish, so that its outcome is known. Npgsql's command timeout bounds it.
    /// </summary>
    private async Task<int> InsertAsync(UserLogin[] rows)
    {
        await using var context = await _contexts.CreateDbContextAsync(CancellationToken.None);
        return await context.InsertAsync(rows, CancellationToken.None);
    }

    private static void Fail(ArraySegment<PendingLogin> batch, Exception exception)
    {
        foreach (var pending in batch)
        {
            pending.SetException(exception);
        }
    }

    private ResiliencePipeline CreateRetry()
    {
        var retry = new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(5),
            ShouldHandle = attempt => ValueTask.FromResult(!_stopping.IsCancellationRequested
                && attempt.Outcome.Exception is { } exception
                && DatabaseFaults.Classify(exception).Kind is FaultKind.Transient or FaultKind.Operator),
            OnRetry = attempt =>
            {
                _outage.Report(DatabaseFaults.Classify(attempt.Outcome.Exception!));
                return ValueTask.CompletedTask;
            },
        };
        return new ResiliencePipelineBuilder { TimeProvider = _time }.AddRetry(retry).Build();
    }

    /// <summary>A row and its waiting caller, who must not run on the writer's loop.</summary>
    private sealed class PendingLogin(UserLogin login)
        : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public UserLogin Login => login;
    }
}
