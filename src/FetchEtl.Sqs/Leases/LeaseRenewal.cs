using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs.Leases;

/// <summary>
/// Keeps messages hidden while they are handled: a lease with less than half of its time left is renewed, ten a call. A call
/// that fails is made again at the next beat, six to a visibility timeout, so a passing fault costs no lease.
/// </summary>
internal sealed class LeaseRenewal : IAsyncDisposable
{
    private const int Beats = 6;
    private const int ParallelCalls = 8;

    // SQS: a message can be hidden for 12 hours in all, counted from its receipt.
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(12);

    private readonly SqsClient _client;
    private readonly string _queueUrl;
    private readonly TimeSpan _visibilityTimeout;
    private readonly ConcurrentDictionary<string, SqsMessageLease> _leases;
    private readonly Func<TimeSpan> _now;
    private readonly ILogger _logger;
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
        _beating = BeatAsync(new PeriodicTimer(visibilityTimeout / Beats, time));
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
                var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelCalls, CancellationToken = _stop.Token };
                while (await timer.WaitForNextTickAsync(_stop.Token))
                {
                    var now = _now();
                    var due = _leases.Values.Where(x => x.IsDue(now, now + (_visibilityTimeout / 2)));
                    await Parallel.ForEachAsync(due.Chunk(10), options, RenewAsync);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // The endpoint has stopped: there is nothing left to renew.
            }
        }
    }

    private async ValueTask RenewAsync(SqsMessageLease[] leases, CancellationToken cancellationToken)
    {
        var now = _now();
        var entries = Array.ConvertAll(leases, x => new SqsVisibilityEntry(x.NewestHandle, Extension(x, now)));
        try
        {
            var result = await _client.ChangeMessageVisibilityBatchAsync(_queueUrl, entries, cancellationToken);
            var failures = result.Failed.ToDictionary(x => x.Index);
            for (var i = 0; i < leases.Length; i++)
            {
                if (!failures.TryGetValue(i, out var failure))
                    leases[i].Renew(now + entries[i].VisibilityTimeout);
                else if (!failure.IsTransient)
                    leases[i].Lose();
            }
        }
        catch (SqsException exception)
        {
            Log.RenewalFailed(_logger, exception, leases.Length);
        }
    }

    private TimeSpan Extension(SqsMessageLease lease, TimeSpan now)
    {
        var left = lease.OpenedAt + LongestLease - now;
        return left < _visibilityTimeout ? left : _visibilityTimeout;
    }
}
