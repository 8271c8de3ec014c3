using System.ComponentModel.DataAnnotations;
using FetchEtl.Logins;
using FetchEtl.Sqs;
using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.Options;

namespace FetchEtl.Benchmarks;

/// <summary>
/// One life of a worker: the poller, the dispatcher, the lease loop and the writer of the real service. Only
/// MassTransit's pipe and the hosting around them are stand-ins.
/// </summary>
internal sealed class SimulatedWorker : IDisposable
{
    private readonly SchedulePlan _plan;
    private readonly SqsReceiveSettings _settings;
    private readonly SqsRiderServices _services;
    private readonly LoginWriter _writer;
    private readonly SimulatedMeters _meters = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public SimulatedWorker(
        SimulatedWorld world,
        string name,
        SchedulePlan plan,
        ActiveFaults faults,
        SimulatedQueue queue,
        SimulatedPostgres postgres,
        ScheduleJudge judge,
        StatementRules rules)
    {
        _plan = plan;
        Process = new SimulatedProcess(world, name);
        var log = new SimulatedLog(Process);
        var random = new Random(world.Random.Next());
        Client = new SimulatedSqs(Process, queue, faults, judge);
        SqsMetrics = new SqsMetrics(_meters, Process);
        LoginMetrics = new LoginMetrics(_meters, Process);
        _services = new SqsRiderServices(Client, SqsMetrics, log, Process, new Backoff(random));
        var delay = new RetryDelay(random);
        var statement = new SimulatedStatement(Process, postgres, plan, faults, judge, rules);
        _writer = Writer(statement, delay, log);
        _settings = new SqsReceiveSettings("logins")
        {
            PrefetchCount = plan.PrefetchCount,
            WaitTime = plan.WaitTime,
            VisibilityTimeout = plan.VisibilityTimeout,
            ReceiveGate = _writer.WaitForOutageEndAsync,
        };
    }

    public SimulatedProcess Process { get; }

    public SimulatedSqs Client { get; }

    public SqsMetrics SqsMetrics { get; }

    public LoginMetrics LoginMetrics { get; }

    /// <summary>Why the worker ended by itself; null while it has not.</summary>
    public Exception? Failure => _running.Exception?.InnerException;

    /// <summary>When it was stopped.</summary>
    public TimeSpan StoppedAt { get; private set; }

    public void Start() => _running = Process.Start(RunAsync);

    /// <summary>As a host stops: messages in flight may finish for a while, the rest is returned.</summary>
    public Task StopAsync()
    {
        StoppedAt = Process.World.Now;
        Process.World.Trace.Write($"{Process.Name} is stopped");
        return Process.Start(async () =>
        {
            _stopping.Cancel();
            await _running;
        });
    }

    public void Dispose()
    {
        _stopping.Dispose();
        Client.Dispose();
        _meters.Dispose();
    }

    /// <summary>What the endpoint's agent does between a start and a stop.</summary>
    private async Task RunAsync()
    {
        using var cancelConsumers = new CancellationTokenSource(Timeout.InfiniteTimeSpan, Process);
        var window = new PrefetchWindow(_settings.PrefetchCount, _settings.PrefetchBytes);
        var deadLetters = new DeadLetterQueue(_settings, "https://sqs/logins-dead", Process);
        var metrics = new QueueMetrics(SqsMetrics, _settings, SimulatedSqs.QueueUrl, Process);
        using var leases = new LeaseLoop(
            new LeaseCalls(Client, SimulatedSqs.QueueUrl, deadLetters, metrics, Process),
            deadLetters,
            window,
            _settings.VisibilityTimeout,
            _services.Backoff,
            metrics,
            new TroubleLog(Process),
            _services.Logger,
            Process,
            _stopping.Token);
        var endpoint = Endpoint();
        using var dispatcher = new SqsDispatcher(endpoint, _settings, leases, _services, cancelConsumers.Token);
        using var health = new EndpointHealth(
            endpoint.TransportObservers, endpoint.InputAddress, _settings.QueueName, _services.Logger);
        var poller = new SqsPoller(health, SimulatedSqs.QueueUrl, _settings, window, dispatcher, metrics, _services);

        var owning = leases.RunAsync();
        var receiving = poller.RunAsync(_stopping.Token);
        await receiving.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var schedule = StopSchedule.Of(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
        cancelConsumers.CancelAfter(schedule.CancelConsumers);
        using var giveUpAt = new CancellationTokenSource(schedule.GiveUp, Process);
        await using var registered = giveUpAt.Token.UnsafeRegister(_ => leases.GiveUp(), null);
        leases.Stop();
        await owning;
        await receiving;
    }

    /// <summary>As the service collection builds it.</summary>
    private LoginWriter Writer(IBatchStatement statement, RetryDelay delay, SimulatedLog log)
    {
        var options = Options.Create(
            new LoginsOptions { Storage = { BatchSize = _plan.BatchSize, Writers = _plan.Writers } });
        var circuit = new WriterCircuit(delay, Process, log);
        var limit = new BatchLimit(options);
        var refusals = new Refusals(new RefusalLedger(), circuit, LoginMetrics, Process, log);
        var attempt = new BatchAttempt(statement, circuit, options, Process);
        var batches = new BatchWriter(attempt, refusals, limit, circuit, delay, LoginMetrics, Process, log);
        var queue = new LoginQueue();
        var held = new HeldRefusals(circuit, LoginMetrics, Process, log);
        var suspects = new SuspectLoop(
            refusals, attempt, queue, held, circuit, delay, LoginMetrics, Process, log);
        return new LoginWriter(
            batches, suspects, refusals, circuit, limit, queue, options, scheduler: Process.TaskScheduler);
    }

    private ReceiveEndpointContext Endpoint()
    {
        var pipe = Stub<IReceivePipeDispatcher>.Create(new()
        {
            [nameof(IReceivePipeDispatcher.Dispatch)] = arguments =>
                DispatchAsync((ReceiveContext)arguments[0]!, (SqsMessageLease)arguments[1]!),
        });
        var observers = Stub<IReceiveTransportObserver>.Create([]);
        return Stub<ReceiveEndpointContext>.Create(new()
        {
            [nameof(ReceiveEndpointContext.CreateReceivePipeDispatcher)] = _ => pipe,
            [$"get_{nameof(ReceiveEndpointContext.TransportObservers)}"] = _ => observers,
            [$"get_{nameof(ReceiveEndpointContext.InputAddress)}"] = _ => new Uri("queue:logins"),
        });
    }

    /// <summary>As MassTransit's dispatcher does, with the consumer inside.</summary>
    private async Task DispatchAsync(ReceiveContext context, SqsMessageLease lease)
    {
        try
        {
            await ConsumeAsync(lease, context.CancellationToken);
            await lease.Complete();
        }
        catch (Exception exception)
        {
            await lease.Faulted(exception);
            throw;
        }
    }

    /// <summary>As the login consumer does: rejects, or writes the row under the message's identity.</summary>
    private Task ConsumeAsync(SqsMessageLease lease, CancellationToken cancelled)
    {
        var body = lease.Message.Body;
        var kind = _plan.Messages[int.Parse(body)];
        return kind == MessageKind.Invalid
            ? throw new ValidationException("no login")
            : _writer.WriteAsync(
                new UserLogin
                {
                    UserId = kind == MessageKind.BadRow ? $"{body}\0" : body,
                    MessageId = lease.Identity.Id,
                },
                cancelled);
    }
}
