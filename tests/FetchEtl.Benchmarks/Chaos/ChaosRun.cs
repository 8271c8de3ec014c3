using System.Diagnostics;
using FetchEtl.Local;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Sends logins while SQS is at fault, workers are killed, frozen and restarted, and PostgreSQL fails them; then lets the workers
/// settle what is left and holds the result against what was sent.
/// </summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private readonly ChaosOptions _options;
    private readonly Action<string> _say;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly IReadOnlyList<Strike> _plan;
    private readonly Dictionary<StrikeKind, int> _struck = [];
    private readonly List<string> _misdeeds = [];
    private readonly CanaryWatch _canaries = new();
    private readonly ChaosEstate _estate;
    private readonly CanaryLogins _logins;
    private readonly LoginProducer _producer;
    private readonly WorkerFleet _fleet;
    private readonly WorkerStrikes _workers;
    private readonly DatabaseStrikes _database;

    private ChaosRun(ChaosOptions options, ChaosEstate estate, Action<string> say)
    {
        var seeds = new Random(options.Seed);
        _options = options;
        _say = say;
        _estate = estate;
        _plan = StrikePlan.Draw(new Random(seeds.Next()), options.Minutes);
        _logins = new CanaryLogins(seeds.Next(), estate.Masker);
        _producer = new LoginProducer(estate, _logins);
        _database = new DatabaseStrikes(estate);
        estate.Sqs.Faults = SqsFaults.Plan(seeds.Next());
        _fleet = new WorkerFleet(estate.Settings, _canaries);
        _workers = new WorkerStrikes(_fleet);
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_startedAt);

    /// <param name="options">What is drawn from which seed, and how long.</param>
    /// <param name="say">Told of each strike as it comes.</param>
    /// <param name="cancellationToken">Ends the run, workers and all.</param>
    /// <exception cref="LocalPostgresException">This machine has no PostgreSQL; the message says what to install.</exception>
    public static async Task<ChaosFigures> RunAsync(ChaosOptions options, Action<string> say, CancellationToken cancellationToken)
    {
        await using var estate = await ChaosEstate.CreateAsync(cancellationToken);
        await using var run = new ChaosRun(options, estate, say);
        await using (await ObservedWorker.StartAsync(estate.Settings, run._canaries, cancellationToken))
        {
            await run.GuardAsync(() => run.StrikeAsync(cancellationToken));
            estate.Sqs.Faults = null;
            await run.SettleAsync(cancellationToken);
        }

        await run.GuardAsync(() => new LifeProof(estate, run._producer, run._fleet.Free).RunAsync(cancellationToken));
        await run.SettleAsync(cancellationToken);
        await run.GuardAsync(() => Task.WhenAll(run._fleet.Free.Select(run._workers.EndAsync)));
        return await run.JudgeAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    /// <summary>A misdeed ends what is under way, not the judgement of what became of the messages.</summary>
    private async Task GuardAsync(Func<Task> part)
    {
        try
        {
            await part();
        }
        catch (ChaosException misdeed)
        {
            _misdeeds.Add(misdeed.Message);
        }
    }

    private async Task StrikeAsync(CancellationToken cancellationToken)
    {
        List<Task> underWay = [];
        try
        {
            for (var i = 0; i < _plan.Count; i++)
            {
                var strike = _plan[i];
                var share = (int)(((i + 1L) * _options.Messages / _plan.Count) - ((long)i * _options.Messages / _plan.Count));
                var sending = _producer.SendAsync(share, cancellationToken);
                underWay.Add(sending);
                await Task.Delay(strike.Pause, cancellationToken);
                _say($"{Elapsed.TotalSeconds,6:0.0} s  {strike.Kind}");
                var striking = StrikeAsync(strike, cancellationToken);
                _struck[strike.Kind] = _struck.GetValueOrDefault(strike.Kind) + 1;

                // These last; the others go on meanwhile.
                if (strike.Kind is StrikeKind.FreezeWorker or StrikeKind.RevokeInsert)
                {
                    underWay.Add(striking);
                }
                else
                {
                    await striking;
                }

                await sending;
            }
        }
        finally
        {
            // Also where a strike failed: what was sent is judged when nothing is under way any more.
            await Task.WhenAll(underWay);
        }
    }

    private Task StrikeAsync(Strike strike, CancellationToken cancellationToken) => strike.Kind switch
    {
        StrikeKind.KillWorker => _workers.KillAsync(strike.Draw, cancellationToken),
        StrikeKind.FreezeWorker => _workers.FreezeAsync(strike.Draw, cancellationToken),
        StrikeKind.StopWorker => _workers.StopAsync(strike.Draw, cancellationToken),
        StrikeKind.StopWorkerTwice => _workers.StopTwiceAsync(strike.Draw, cancellationToken),
        StrikeKind.RollingRestart => _workers.RollAsync(cancellationToken),
        StrikeKind.RestartPostgresFast => _database.RestartAsync(PostgresStop.Fast, cancellationToken),
        StrikeKind.RestartPostgresImmediate => _database.RestartAsync(PostgresStop.Immediate, cancellationToken),
        StrikeKind.TerminateConnections => _database.TerminateConnectionsAsync(cancellationToken),
        StrikeKind.RevokeInsert => _database.RevokeInsertAsync(strike.Draw, cancellationToken),
        _ => throw new InvalidOperationException($"{strike.Kind} is planned, but nothing says what it does."),
    };

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var left = await _estate.SettleAsync(cancellationToken);
        _say($"{Elapsed.TotalSeconds,6:0.0} s  {left} messages left");
    }

    private async Task<ChaosFigures> JudgeAsync(CancellationToken cancellationToken)
    {
        var (left, held) = await _estate.DepthAsync(cancellationToken);
        foreach (var line in File.ReadLines(_estate.Postgres.LogFile))
        {
            _canaries.Look("PostgreSQL's log", line);
        }

        return new ChaosFigures
        {
            Options = _options,
            Outcome = await new Oracle(_estate, _logins, _producer, _canaries).JudgeAsync(cancellationToken),
            Stuck = left,
            LeasesLeft = held,
            Canaries = _canaries,
            Strikes = _struck,
            ConnectionsTerminated = _database.Terminated,
            LongestStop = _workers.LongestStop,
            Faults = _estate.Sqs.FaultCounts,
            Misdeeds = _misdeeds,
            Duration = Elapsed,
        };
    }
}
