using System.Diagnostics;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Each worker alone, the others frozen, must bring a row: one that has gone deaf would be covered by the others. That no
/// other did it is sure, since they are frozen with nothing in hand.
/// </summary>
internal sealed class LifeProof(ChaosEstate estate, LoginProducer producer, IReadOnlyList<Worker> workers)
{
    // More than frozen workers' open polls can take away.
    private const int Messages = 100;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The queue must be at rest. The workers are thawed even when the run is cancelled.</summary>
    /// <exception cref="ChaosException">A worker receives nothing.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(workers.Select(x => x.ReadyAsync()));
        foreach (var worker in workers)
        {
            var others = workers.Where(x => x != worker).ToList();
            await SignalAsync(others, ProcessSignal.Stop);
            try
            {
                await ProveAsync(worker, cancellationToken);
            }
            finally
            {
                await SignalAsync(others, ProcessSignal.Continue);
            }

            await estate.SettleAsync(cancellationToken);
        }
    }

    private async Task ProveAsync(Worker worker, CancellationToken cancellationToken)
    {
        var before = await RowsAsync(cancellationToken);
        await producer.SendAsync(Messages, cancellationToken);
        var since = Stopwatch.GetTimestamp();
        while (await RowsAsync(cancellationToken) == before)
        {
            if (Stopwatch.GetElapsedTime(since) > Limit)
            {
                throw new ChaosException($"a worker receives nothing any more; the end of its log:\n{worker.Tail}");
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task<long> RowsAsync(CancellationToken cancellationToken)
    {
        await using var command = estate.Command("SELECT count(*) FROM user_logins");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task SignalAsync(List<Worker> workers, ProcessSignal signal)
    {
        foreach (var worker in workers)
        {
            await worker.SignalAsync(signal);
        }
    }
}
