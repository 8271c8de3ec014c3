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
    private readonly DateOnly _startedOn = DateOnly.FromDateTime(DateTime.UtcNow);
    private readonly CanaryWatch _canaries;
    private readonly ChaosEstate _estate;
    private readonly CanaryLogins _logins;
    private readonly SentMessages _messages;
    private readonly LoginProducer _producer;
    private readonly WorkerFleet _fleet;
    private readonly WorkerStrikes _workers;
    private readonly DatabaseStrikes _database;
    private readonly SqsStrikes _sqs;

    private ChaosRun(ChaosOptions options, ChaosEstate estate, CanaryWatch canaries, Action<string> report)
    {
        var seeds = new Random(options.Seed);
        _options = options;
        _report = report;
        _estate = estate;
        _canaries = canaries;
        _plan = StrikePlan.Draw(new Random(seeds.Next()), options.Minutes, options.Only);
        _logins = new CanaryLogins(seeds.Next(), estate.Masker);
        _messages = new SentMessages(estate.Masker.MessageIds);
        _producer = new LoginProducer(estate, _logins, _messages);
        _database = new DatabaseStrikes(estate, _producer);
        _sqs = new SqsStrikes(estate, _producer, seeds.Next(), withOrdinaryFaults: options.Only.Count == 0);
        _sqs.Start();
        _fleet = new WorkerFleet(estate.Settings, _canaries);
        _workers = new WorkerStrikes(_fleet, _producer);
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
        var canaries = new CanaryWatch();
        await using var estate = await ChaosEstate.CreateAsync(options, canaries, cancellationToken);
        await using var run = new ChaosRun(options, estate, canaries, report);
        await using (await ObservedWorker.StartAsync(estate.Settings, canaries, cancellationToken))
        {
            await run.GuardAsync(() => run.StrikeAsync(cancellationToken));
            run._sqs.Stop();
            await run.SettleAsync(cancellationToken);
        }

        var liveness = new WorkerLivenessCheck(estate, run._producer, run._fleet.Free);
        await run.GuardAsync(() => liveness.RunAsync(cancellationToken));
        await run.SettleAsync(cancellationToken);
        await run.GuardAsync(() => Task.WhenAll(run._fleet.Free.Select(run._workers.EndAsync)));
        return await run.JudgeAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _fleet.DisposeAsync();

    /// <summary>A violation ends the current part of the run. The messages are still checked.</summary>
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
                underWay.Add(_producer.SendAsync(share / 2, cancellationToken));
                await Task.Delay(strike.Pause, cancellationToken);
                var sending = _producer.SendAsync(share - (share / 2), cancellationToken);
                underWay.Add(sending);
                _report($"{Elapsed.TotalSeconds,6:0.0} s  {strike.Kind}");
                var striking = StrikeAsync(strike, cancellationToken);
                _struck[strike.Kind] = _struck.GetValueOrDefault(strike.Kind) + 1;
                if (TakesSeconds(strike.Kind))
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

    /// <summary>Whether the next strikes start while this one lasts. Strikes on servers never overlap.</summary>
    private static bool TakesSeconds(StrikeKind kind) => kind
        is StrikeKind.FreezeWorker
        or StrikeKind.FillLogPipe
        or StrikeKind.RevokeInsert
        or StrikeKind.SetSequenceBack
        or StrikeKind.DropPartition
        or StrikeKind.RefuseFewRows
        or StrikeKind.RefuseAllRows
        or StrikeKind.SwallowRows
        or StrikeKind.MakeZombies
        or StrikeKind.DenyDeletes
        or StrikeKind.MalformMessages
        or StrikeKind.ReadStaleCounts;

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
        StrikeKind.HangStandby => _database.HangStandbyAsync(strike.Draw, cancellationToken),
        StrikeKind.FailOver => _database.FailOverAsync(strike.Draw, cancellationToken),
        StrikeKind.SetSequenceBack => _database.SetSequenceBackAsync(strike.Draw, cancellationToken),
        StrikeKind.DropPartition => _database.DropPartitionAsync(strike.Draw, cancellationToken),
        StrikeKind.RefuseFewRows => ChangeCheckAsync(strike, ChaosTable.RefuseFewRows, cancellationToken),
        StrikeKind.RefuseAllRows => ChangeCheckAsync(strike, ChaosTable.RefuseAllRows, cancellationToken),
        StrikeKind.SwallowRows => ChangeCheckAsync(strike, ChaosTable.SwallowRows, cancellationToken),
        StrikeKind.MakeZombies => _database.MakeZombiesAsync(strike.Draw, cancellationToken),
        StrikeKind.FillLogPipe => _workers.FillLogPipeAsync(strike.Draw, cancellationToken),
        StrikeKind.DenyDeletes => _sqs.DenyDeletesAsync(strike.Draw, cancellationToken),
        StrikeKind.MalformMessages => _sqs.MalformMessagesAsync(strike.Draw, cancellationToken),
        StrikeKind.ReadStaleCounts => _sqs.ReadStaleCountsAsync(_fleet, cancellationToken),
        _ => throw new InvalidOperationException($"The strike {strike.Kind} has no implementation."),
    };

    private Task ChangeCheckAsync(Strike strike, string sql, CancellationToken cancellationToken) =>
        _database.ChangeCheckAsync(strike.Kind, sql, strike.Draw, cancellationToken);

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var left = await _estate.SettleAsync(cancellationToken);
        _report($"{Elapsed.TotalSeconds,6:0.0} s  {left} messages left");
    }

    private Dictionary<StrikeKind, string> Remarks()
    {
        var remarks = Enum.GetValues<StrikeKind>()
            .Select(kind => (kind, Rows: _database.RowsDuring(kind)))
            .Where(x => x.Rows is not null)
            .ToDictionary(x => x.kind, x => $"{x.Rows} rows meanwhile");
        remarks[StrikeKind.TerminateConnections] = $"{_database.Terminated} connections";
        remarks[StrikeKind.MakeZombies] = $"{_database.ZombieConnections} connections";
        return remarks;
    }

    private async Task<ChaosFigures> JudgeAsync(CancellationToken cancellationToken)
    {
        var (left, held) = await _estate.DepthAsync(cancellationToken);

        // Each acknowledged row must stand on the standby: the rows of the table are those that it holds.
        await _estate.Postgres.FailOverForGoodAsync(cancellationToken);
        _estate.Postgres.ReadLogs();
        var judge = new OutcomeJudge(
            _logins, _producer.Sent, _messages, _startedOn, DateOnly.FromDateTime(DateTime.UtcNow));
        var oracle = new Oracle(_estate, judge, _canaries);
        return new ChaosFigures
        {
            Options = _options,
            Outcome = await oracle.JudgeAsync(cancellationToken),
            Stuck = left,
            LeasesLeft = held,
            Canaries = _canaries,
            Strikes = _struck,
            Remarks = Remarks(),
            LongestStop = _workers.LongestStop,
            Faults = _estate.Sqs.FaultCounts,
            Violations = _violations,
            Duration = Elapsed,
        };
    }
}
