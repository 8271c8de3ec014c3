using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// Keeps messages hidden while they are handled: a lease with less than half of its time left is renewed, ten a call. A call
/// that fails is made again at the next beat, six to a visibility timeout, so a passing fault costs no lease.
/// </summary>
internal sealed class LeaseRenewal : IAsyncDisposable
{
    private const int Beats = 6;
    private const int ParallelCalls = 8;

    private readonly SqsClient _client;
    private readonly string _queueUrl;
    private readonly TimeSpan _visibilityTimeout;
    private readonly ConcurrentDictionary<string, SqsMessageLease> _leases;
    private readonly Func<TimeSpan> _now;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TimeSpan _beat;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _beating;

    public LeaseRenewal(
        SqsClient client,
        string queueUrl,
        TimeSpan visibilityTimeout,
        ConcurrentDictionary<string, SqsMessageLease> leases,
        Func<TimeSpan> now,
        ILogger logger,
        TimeProvider time)
    {
        _client = client;
        _queueUrl = queueUrl;
        _visibilityTimeout = visibilityTimeout;
        _leases = leases;
        _now = now;
        _logger = logger;
        _time = time;
        _beat = visibilityTimeout / Beats;
        _beating = BeatAsync(new PeriodicTimer(_beat, time));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beating;
        _stop.Dispose();
    }

    private async Task BeatAsync(PeriodicTimer timer)
    {
        using (timer)
        {
            try
            {
                while (await timer.WaitForNextTickAsync(_stop.Token))
                {
                    await RenewDueAsync();
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // The endpoint has stopped: there is nothing left to renew.
            }
        }
    }

    private async Task RenewDueAsync()
    {
        var now = _now();
        var due = new List<(SqsMessageLease Lease, SqsVisibilityEntry Entry)>();
        foreach (var lease in _leases.Values)
        {
            if (lease.TryBeginRenewal(now, now + (_visibilityTimeout / 2), _visibilityTimeout, out var entry))
            {
                due.Add((lease, entry));
            }
        }

        // A call that hangs must not keep the next beat waiting.
        using var beat = new CancellationTokenSource(_beat, _time);
        var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelCalls };
        var problems = new ConcurrentQueue<(int Leases, string Reason)>();
        await Parallel.ForEachAsync(
            due.Chunk(10),
            options,
            async (batch, _) =>
            {
                if (await RenewAsync(batch, now, beat.Token) is { } problem)
                {
                    problems.Enqueue((batch.Length, problem.Message));
                }
            });

        if (problems.TryPeek(out var first))
        {
            Log.RenewalFailed(_logger, problems.Sum(x => x.Leases), first.Reason);
        }
    }

    /// <summary>Renews ten leases at most; gives what kept the call from being made.</summary>
    private async Task<Exception?> RenewAsync((SqsMessageLease Lease, SqsVisibilityEntry Entry)[] batch, TimeSpan now, CancellationToken beat)
    {
        IReadOnlyList<SqsBatchFailure> failures = [];
        Exception? problem = null;
        try
        {
            var result = await _client.ChangeMessageVisibilityBatchAsync(_queueUrl, Array.ConvertAll(batch, x => x.Entry), beat);
            failures = result.Failed;
        }
        catch (Exception exception)
        {
            // Whatever it was, the next beat must come.
            problem = exception;
        }

        for (var i = 0; i < batch.Length; i++)
        {
            var failure = failures.FirstOrDefault(x => x.Index == i);
            var renewed = problem is null && failure is null;
            batch[i].Lease.EndRenewal(
                batch[i].Entry.ReceiptHandle, renewed ? now + batch[i].Entry.VisibilityTimeout : null, lost: failure is { IsTransient: false });
        }

        return problem;
    }
}
