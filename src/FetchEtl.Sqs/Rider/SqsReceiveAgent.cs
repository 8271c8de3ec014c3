using MassTransit;
using MassTransit.Middleware;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// The life of a started endpoint: finds its queues, receives until it is told to stop, lets what is in flight finish and
/// gives the rest back.
/// </summary>
internal sealed class SqsReceiveAgent : Agent, ReceiveTransportHandle
{
    private readonly ReceiveEndpointContext _context;
    private readonly SqsReceiveSettings _settings;
    private readonly SqsClient _client;
    private readonly SqsMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<CancellationToken> _patience = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SqsReceiveAgent(
        ReceiveEndpointContext context,
        SqsReceiveSettings settings,
        SqsClient client,
        SqsMetrics metrics,
        ILogger logger,
        TimeProvider time)
    {
        _context = context;
        _settings = settings;
        _client = client;
        _metrics = metrics;
        _logger = logger;
        _time = time;

        SetCompleted(Task.Run(RunAsync));
    }

    Task ReceiveTransportHandle.Stop(CancellationToken cancellationToken) =>
        this.Stop("The receive endpoint is stopping", cancellationToken);

    /// <summary>What has begun may finish while the schedule of the stop, and the caller's patience, allow.</summary>
    protected override async Task StopAgent(StopContext context)
    {
        _patience.TrySetResult(context.CancellationToken);
        await Completed;
    }

    private async Task RunAsync()
    {
        LogContext.SetCurrentIfNull(_context.LogContext);
        try
        {
            await _context.DependenciesReady.WaitAsync(Stopping);
            var queues = await FindQueuesAsync();
            await ReceiveAsync(queues);
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            SetReady();
        }
        catch (ConnectionException exception)
        {
            Log.EndpointRefused(_logger, _settings.QueueName, exception.Message);
            await EndAsync(exception);
        }
        catch (Exception exception)
        {
            Log.EndpointEnded(_logger, exception, _settings.QueueName);
            await EndAsync(exception);
        }
    }

    private Task EndAsync(Exception exception)
    {
        SetNotReady(exception);
        return _context.TransportObservers.NotifyFaulted(_context.InputAddress, exception);
    }

    private async Task<SqsQueues> FindQueuesAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await SqsQueues.ResolveAsync(_client, _settings, Stopping);
            }
            catch (SqsException exception) when (exception.IsTransient)
            {
                var delay = Backoff.Delay(attempt);
                Log.QueueNotReached(_logger, _settings.QueueName, exception.Message, delay.TotalSeconds);
                await _context.TransportObservers.NotifyFaulted(
                    _context.InputAddress, new ConnectionException($"SQS cannot be asked for the queue '{_settings.QueueName}': {exception.Message}", exception));
                await Task.Delay(delay, _time, Stopping);
            }
        }
    }

    private async Task ReceiveAsync(SqsQueues queues)
    {
        var deadLetters = new DeadLetterQueue(_client, queues.DeadLetterUrl, _settings, _time);
        await using var leases = new LeaseBook(_client, queues.Url, deadLetters, _settings, new ReturnDelay(new Random()), _metrics, _logger, _time, Stopping);
        var receiver = new SqsReceiver(_context, queues.Url, _settings, _client, leases, _metrics, _logger, _time);

        await _context.TransportObservers.NotifyReady(_context.InputAddress);
        SetReady();
        Log.Receiving(_logger, _settings.QueueName, _settings.PrefetchCount);

        var receiving = receiver.RunAsync(Stopping);
        var patience = await _patience.Task;
        var schedule = StopSchedule.Of(_context.ConsumerStopTimeout, _context.StopTimeout);
        using var cancelConsumers = new CancellationTokenSource(schedule.CancelConsumers, _time);
        using var giveBack = new CancellationTokenSource(schedule.GiveBack, _time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(giveBack.Token, patience);
        await using (cancelConsumers.Token.UnsafeRegister(static book => ((LeaseBook)book!).CancelConsumers(), leases))
        await using (giveUp.Token.UnsafeRegister(static book => ((LeaseBook)book!).GiveBackAll(), leases))
        {
            await receiving;
            await leases.AllSettledAsync();
        }

        await _context.TransportObservers.NotifyCompleted(_context.InputAddress, receiver);
        Log.Stopped(_logger, _settings.QueueName, receiver.DeliveryCount);
    }
}
