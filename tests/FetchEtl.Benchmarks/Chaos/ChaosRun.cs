using System.Diagnostics;
using FetchEtl.Local;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Sends logins while SQS fails, workers are killed, frozen and restarted, and PostgreSQL fails. Then it waits until
/// the workers have settled all messages and compares the result with the messages that were sent.
/// </summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    private readonly ChaosOptions _options;
    private readonly Action<string> _report;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly IReadOnlyList<Strike> _plan;
    private readonly Dictionary<StrikeKind, int> _struck = [];
    private readonly List<string> _violations = [];
    private readonly CanaryWatch _canaries = new();
    private readonly ChaosEstate _estate;
    private readonly CanaryLogins _logins;
    private readonly LoginProducer _producer;
    private readonly WorkerFleet _fleet;
    private readonly WorkerStrikes _workers;
    private readonly DatabaseStrikes _database;

    private ChaosRun(ChaosOptions options, ChaosEstate estate, Action<string> report)
    {
        var seeds = new Random(options.Seed);
        _options = options;
        _report = report;
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

    /// <summary>Runs the strikes and checks the result.</summary>
    /// <param name="options">The seed and the length of the run.</param>
    /// <param name="report">Receives a line for each strike.</param>
    /// <param name="cancellationToken">Ends the run and its workers.</param>
    /// <exception cref="LocalPostgresException">
    /// This machine has no PostgreSQL; the message says what to install.
    /// </exception>
    public static async Task<ChaosFigures> RunAsync(
        ChaosOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        await using var estate = await ChaosEstate.CreateAsync(cancellationToken);
        await using var run = new ChaosRun(options, estate, report);
        await using (await ObservedWorker.StartAsync(estate.Settings, run._canaries, cancellationToken))
        {
            await run.GuardAsync(() => run.StrikeAsync(cancellationToken));
            estate.Sqs.Faults = null;
            await run.SettleAsync(cancellationToken);
        }

        var liveness = new WorkerLivenessCheck(estate, run._producer, run._fleet.Free);
        await run.GuardAsync(() => liveness.RunAsync(cancellationToken));
        await run.SettleAsync(cancellationToken);
        await run.GuardAsync(() => Task.WhenAll(run._fleet.Free.Select(run._workers.EndAsync)));
        return await run.JudgeAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    /// <summary>A violation ends the current part of the run. The messages are checked all the same.</summary>
    private async Task GuardAsync(Func<Task> part)
    {
        try
        {
            await part();
        }
        catch (ChaosException violation)
        {
            _violations.Add(violation.Message);
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
                var begin = (long)i * _options.Messages / _plan.Count;
                var end = (i + 1L) * _options.Messages / _plan.Count;
                var share = (int)(end - begin);
                var sending = _producer.SendAsync(share, cancellationToken);
                underWay.Add(sending);
                await Task.Delay(strike.Pause, cancellationToken);
                _report($"{Elapsed.TotalSeconds,6:0.0} s  {strike.Kind}");
                var striking = StrikeAsync(strike, cancellationToken);
                _struck[strike.Kind] = _struck.GetValueOrDefault(strike.Kind) + 1;

                // These strikes take seconds, so the next ones start meanwhile.
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
            // Even after a failed strike: the messages can be checked only when all sends and strikes have ended.
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
        _ => throw new InvalidOperationException($"The strike {strike.Kind} has no implementation."),
    };

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var left = await _estate.SettleAsync(cancellationToken);
        _report($"{Elapsed.TotalSeconds,6:0.0} s  {left} messages left");
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
            Violations = _violations,
            Duration = Elapsed,
        };
    }
}
