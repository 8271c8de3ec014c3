using System.Diagnostics;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Checks that each worker still receives: it must write a row while all others are frozen. Otherwise the others would
/// hide a worker that receives nothing. The frozen workers hold no message, so no row can come from them.
/// </summary>
internal sealed class WorkerLivenessCheck(ChaosEstate estate, LoginProducer producer, IReadOnlyList<Worker> workers)
{
    // More than the open polls of the frozen workers can receive.
    private const int Messages = 100;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Checks the workers one after the other. The queue must be empty before. The frozen workers continue even when
    /// the run is cancelled.
    /// </summary>
    /// <exception cref="ChaosException">A worker wrote no row in time.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(workers.Select(x => x.ReadyAsync()));
        foreach (var worker in workers)
        {
            var others = workers.Where(x => x != worker).ToList();
            await SignalAsync(others, ProcessSignal.Stop);
            try
            {
                await CheckAsync(worker, cancellationToken);
            }
            finally
            {
                await SignalAsync(others, ProcessSignal.Continue);
            }

            await estate.SettleAsync(cancellationToken);
        }
    }

    private async Task CheckAsync(Worker worker, CancellationToken cancellationToken)
    {
        var before = await estate.CountRowsAsync(cancellationToken);
        await producer.SendAsync(Messages, cancellationToken);
        var since = Stopwatch.GetTimestamp();
        while (await estate.CountRowsAsync(cancellationToken) == before)
        {
            if (Stopwatch.GetElapsedTime(since) > Limit)
            {
                throw new ChaosException($"a worker has stopped receiving; the end of its log:\n{worker.Tail}");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static async Task SignalAsync(List<Worker> workers, ProcessSignal signal)
    {
        foreach (var worker in workers)
        {
            await worker.SignalAsync(signal);
        }
    }
}
