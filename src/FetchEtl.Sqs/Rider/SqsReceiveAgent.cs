using Amazon.SQS;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// A started endpoint: finds its queues, receives until it is stopped, lets messages in flight finish, and returns the
/// rest.
/// </summary>
/// <param name="context">The endpoint.</param>
/// <param name="settings">The endpoint's settings.</param>
/// <param name="services">What it works with.</param>
internal sealed class SqsReceiveAgent(
    ReceiveEndpointContext context, SqsReceiveSettings settings, SqsRiderServices services)
    : Agent, ReceiveTransportHandle
{
    private readonly TaskCompletionSource<CancellationToken> _stopRequested =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>It outlives a restart of the endpoint: a trouble that began before may end after it.</summary>
    private readonly TroubleLog _troubles = new(services.Time);

    private bool _isFailing;
    private long _received;

    private ILogger Logger => services.Logger;

    private IAmazonSQS Client => services.Client;

    /// <summary>Starts the endpoint's one task, which <see cref="StopAgent"/> awaits.</summary>
    public SqsReceiveAgent Start()
    {
        SetCompleted(Task.Run(RunAsync));
        return this;
    }

    Task ReceiveTransportHandle.Stop(CancellationToken cancellationToken) =>
        this.Stop("The receive endpoint is stopping", cancellationToken);

    /// <summary>What is in flight may finish while the stop schedule, and the caller's token, allow.</summary>
    protected override async Task StopAgent(StopContext context)
    {
        _stopRequested.TrySetResult(context.CancellationToken);
        await Completed;
    }

    private async Task RunAsync()
    {
        LogContext.SetCurrentIfNull(context.LogContext);
        using var health = new EndpointHealth(
            context.TransportObservers, context.InputAddress, settings.QueueName, Logger);
        try
        {
            await context.DependenciesReady.WaitAsync(Stopping);
            for (var attempt = 1; !Stopping.IsCancellationRequested; attempt++)
            {
                try
                {
                    await ReceiveAsync(health, await SqsQueues.ResolveAsync(Client, settings, Stopping));
                }
                catch (Exception exception) when (IsWorthRetrying(exception))
                {
                    await ReportAsync(health, exception, services.Backoff.After(attempt, Backoff.LongestRetry));
                }
            }

            await EndStartAsync(new OperationCanceledException(Stopping));
        }
        catch (Exception exception) when (Stopping.IsCancellationRequested
            && (exception is OperationCanceledException || !Ready.IsCompleted))
        {
            await EndStartAsync(exception);
        }
        catch (Exception exception)
        {
            Log.EndpointRefused(Logger, settings.QueueName, exception.Message);
            SetNotReady(exception);
            await health.FaultedAsync(EndpointFault.Endpoint, exception);
        }
    }

    /// <summary>
    /// A start that is stopped, even before it began, ends as a fault: MassTransit waits for a cancelled start until
    /// each endpoint was ready or failed for good.
    /// </summary>
    private async Task EndStartAsync(Exception reason)
    {
        if (Ready.IsCompleted)
        {
            return;
        }

        SetReady();
        await context.TransportObservers.NotifyFaulted(context.InputAddress, new ConnectionException(
            $"The receive endpoint of '{settings.QueueName}' was stopped before it was ready",
            reason,
            isTransient: false));
    }

    /// <summary>
    /// Only a fault that an operator must correct ends the endpoint. After any other failure it starts again: an
    /// endpoint that stays deaf is worse.
    /// </summary>
    private bool IsWorthRetrying(Exception exception) =>
        !Stopping.IsCancellationRequested && exception is not ConnectionException { IsTransient: false };

    private async Task ReportAsync(EndpointHealth health, Exception exception, TimeSpan delay)
    {
        var reason = SqsErrors.Describe(exception);
        if (_isFailing)
        {
            Log.FailedAgain(Logger, reason);
        }
        else
        {
            Log.EndpointFailed(Logger, settings.QueueName, reason);
        }

        _isFailing = true;
        await health.FaultedAsync(
            EndpointFault.Endpoint, $"The SQS queue '{settings.QueueName}' cannot be read: {reason}", exception);
        await Task.Delay(delay, services.Time, Stopping);
    }

    private async Task ReceiveAsync(EndpointHealth health, SqsQueues queues)
    {
        using var cancelConsumers = new CancellationTokenSource(Timeout.InfiniteTimeSpan, services.Time);
        var window = new PrefetchWindow(settings.PrefetchCount, settings.PrefetchBytes);
        var deadLetters = new DeadLetterQueue(settings, queues.DeadLetterUrl, services.Time);
        var metrics = new QueueMetrics(services.Metrics, settings, queues.Url, services.Time);
        using var deletes = settings.DeletePayloads ? new S3PayloadDeletes(settings.S3!, services) : null;
        using var leases = new LeaseLoop(
            new LeaseCalls(Client, queues.Url, deadLetters, metrics, services.Time),
            deadLetters,
            window,
            settings.VisibilityTimeout,
            services.Backoff,
            metrics,
            _troubles,
            Logger,
            services.Time,
            Stopping,
            deletes);
        using var dispatcher = new SqsDispatcher(
            context, settings, leases, services, cancelConsumers.Token, CreateUnwrapper());
        var poller = new SqsPoller(health, queues.Url, settings, window, dispatcher, metrics, services);

        metrics.Begin();
        await health.StartedAsync();
        SetReady();
        Log.Receiving(Logger, settings.QueueName, settings.PrefetchCount);
        _isFailing = false;

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        deletes?.Start();
        var owning = leases.RunAsync();
        var receiving = poller.RunAsync(ended.Token);
        await Task.WhenAny(owning, receiving, _stopRequested.Task);
        await ended.CancelAsync();
        if (Stopping.IsCancellationRequested)
        {
            await _stopRequested.Task;
        }

        try
        {
            await FinishAsync(leases, owning, receiving, cancelConsumers, deletes);
        }
        finally
        {
            _received += metrics.ReceivedTotal;
        }

        await context.TransportObservers.NotifyCompleted(context.InputAddress, dispatcher);
        Log.Stopped(Logger, settings.QueueName, _received);
    }

    /// <summary>Lets messages in flight finish while the stop schedule allows; after a failure, not at all.</summary>
    private async Task FinishAsync(
        LeaseLoop leases,
        Task owning,
        Task receiving,
        CancellationTokenSource cancelConsumers,
        S3PayloadDeletes? deletes)
    {
        var schedule = _stopRequested.Task.IsCompletedSuccessfully
            ? StopSchedule.Of(context.ConsumerStopTimeout, context.StopTimeout)
            : new StopSchedule(TimeSpan.Zero, TimeSpan.Zero);
        var patience = _stopRequested.Task.IsCompletedSuccessfully ? await _stopRequested.Task : CancellationToken.None;
        using var giveUpAt = new CancellationTokenSource(schedule.GiveUp, services.Time);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(giveUpAt.Token, patience);
        cancelConsumers.CancelAfter(schedule.CancelConsumers);
        await using (giveUp.Token.UnsafeRegister(static leases => ((LeaseLoop)leases!).GiveUp(), leases))
        await using (giveUp.Token.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).Cancel(), cancelConsumers))
        {
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            leases.Stop();
            await owning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await (deletes?.FinishAsync(giveUp.Token) ?? Task.CompletedTask);
            await owning;
        }

        await receiving;
    }

    /// <summary>Null where bodies are messages as they are: such an endpoint does no work for this.</summary>
    private BodyUnwrapper? CreateUnwrapper()
    {
        var payloads = settings.S3 is { } s3
            ? new S3PayloadReader(s3, settings.PayloadBuckets, services, _troubles)
            : null;
        return settings.Unwrap == SqsUnwrap.None && payloads is null
            ? null
            : new BodyUnwrapper(settings.Unwrap, payloads, services.Metrics);
    }
}
