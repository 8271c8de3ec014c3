using System.Diagnostics;
using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The faults of SQS during a run: the ordinary ones all the time, those of a strike for a while. Each change of the
/// plan starts its draws again, under another seed.
/// </summary>
/// <param name="estate">The queue.</param>
/// <param name="producer">Sends further messages where a strike needs some.</param>
/// <param name="seed">The seed of the first plan.</param>
/// <param name="withOrdinaryFaults">False where only strikes disturb the queue.</param>
internal sealed class SqsStrikes(ChaosEstate estate, LoginProducer producer, int seed, bool withOrdinaryFaults)
{
    private const int EnoughFaults = 5;

    private static readonly TimeSpan LongestDenial = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestMalformation = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // A drain that trusts the counts ends at once. The rest allows for a loaded machine.
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly List<SqsFaultRule> _striking = [];
    private int _changes;

    /// <summary>Starts the ordinary faults.</summary>
    public void Start() => Change(static _ => { });

    /// <summary>Ends all faults.</summary>
    public void Stop() => estate.Sqs.Faults = null;

    public Task DenyDeletesAsync(double draw, CancellationToken cancellationToken) => DuringAsync(
        [
            SqsFaults.Rule(SqsFaultKind.Error, "DeleteMessage", 1, code: "AccessDenied"),
            SqsFaults.Rule(SqsFaultKind.Error, "DeleteMessageBatch", 1, code: "AccessDenied"),
        ],
        () => LastAsync(SqsFaultKind.Error, LongestDenial * ((1 + draw) / 2), cancellationToken));

    public Task MalformMessagesAsync(double draw, CancellationToken cancellationToken) => DuringAsync(
        [SqsFaults.Rule(SqsFaultKind.MalformedMessage, "ReceiveMessage", 0.1)],
        () => LastAsync(SqsFaultKind.MalformedMessage, LongestMalformation * ((1 + draw) / 2), cancellationToken));

    /// <summary>A drain runs while the counts of messages read 0 and receives are throttled.</summary>
    /// <exception cref="ChaosException">The drain ended with exit code 0 although messages were left.</exception>
    public Task ReadStaleCountsAsync(WorkerFleet fleet, CancellationToken cancellationToken) => DuringAsync(
        [SqsFaults.Rule(SqsFaultKind.Throttling, "ReceiveMessage", 1)],
        async () =>
        {
            Worker? drain = null;
            try
            {
                await DuringAsync(
                    [SqsFaults.Rule(SqsFaultKind.StaleCounts, "GetQueueAttributes", 1)],
                    async () =>
                    {
                        drain = await StartDrainAsync(fleet, cancellationToken);
                        await Task.Delay(Stale, cancellationToken);
                    });
                var (left, _) = await estate.DepthAsync(cancellationToken);
                if (drain!.HasExited && drain.ExitCode == 0 && left > 0)
                {
                    throw new ChaosException(
                        $"a drain ended with exit code 0 while {left} messages were left; its log:\n{drain.Tail}");
                }

                if (!drain.HasExited)
                {
                    await drain.SignalAsync(ProcessSignal.Terminate);
                    await drain.WaitForExitAsync();
                }
            }
            finally
            {
                if (drain is not null)
                {
                    await drain.DisposeAsync();
                }
            }
        });

    /// <summary>Starts a drain. It fails where PostgreSQL is away, so it is started until it receives.</summary>
    private static async Task<Worker> StartDrainAsync(WorkerFleet fleet, CancellationToken cancellationToken)
    {
        while (true)
        {
            var drain = fleet.Start("drain");
            if (await drain.ReadyOrExitedAsync())
            {
                return drain;
            }

            await drain.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Lasts for a time, and until the fault has struck: another strike may hold the workers.</summary>
    private async Task LastAsync(SqsFaultKind kind, TimeSpan time, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var before = estate.Sqs.FaultCounts[kind];
        await Task.Delay(time, cancellationToken);
        while (estate.Sqs.FaultCounts[kind] < before + EnoughFaults && Stopwatch.GetElapsedTime(started) < Patience)
        {
            await producer.StirAsync(cancellationToken);
        }
    }

    private async Task DuringAsync(SqsFaultRule[] rules, Func<Task> part)
    {
        Change(striking => striking.AddRange(rules));
        try
        {
            await part();
        }
        finally
        {
            Change(striking => striking.RemoveAll(rules.Contains));
        }
    }

    private void Change(Action<List<SqsFaultRule>> change)
    {
        lock (_lock)
        {
            change(_striking);
            var ordinary = SqsFaults.Plan(unchecked(seed + _changes++));
            estate.Sqs.Faults = new SqsFaultPlan
            {
                Seed = ordinary.Seed,
                Rules = [.. withOrdinaryFaults ? ordinary.Rules : [], .. _striking],
            };
        }
    }
}
