using System.ComponentModel.DataAnnotations;
using MassTransit;
using MassTransit.Transports;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// Long-polls the queue ten messages at a time and hands each to the receive pipe: one poll when idle, one more whenever a
/// batch comes back full, never more messages or bytes in flight than the prefetch, and none while the gate is closed.
/// </summary>
internal sealed class SqsReceiver : DeliveryMetrics
{
    private const int MaxPolls = 16;

    // At a stop, for the replies that are on their way: what they bring is given back at once. One cut off would hide its
    // messages from everybody for a whole visibility timeout.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    private readonly ReceiveEndpointContext _context;
    private readonly SqsReceiveSettings _settings;
    private readonly SqsClient _client;
    private readonly LeaseBook _leases;
    private readonly SqsMetrics _metrics;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly IReceivePipeDispatcher _dispatcher;
    private readonly PrefetchWindow _window;
    private readonly Action<SqsMessage> _closed;
    private readonly SqsReceiveRequest _request;
    private readonly SemaphoreSlim? _concurrency;
    private readonly MessageGroups? _groups;
    private readonly string _queueUrl;
    private readonly TaskCompletionSource _allPollsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationToken _cutOff;
    private int _polls;

    public SqsReceiver(
        ReceiveEndpointContext context,
        string queueUrl,
        SqsReceiveSettings settings,
        SqsClient client,
        LeaseBook leases,
        SqsMetrics metrics,
        ILogger logger,
        TimeProvider time)
    {
        _context = context;
        _queueUrl = queueUrl;
        _settings = settings;
        _client = client;
        _leases = leases;
        _metrics = metrics;
        _logger = logger;
        _time = time;
        _dispatcher = context.CreateReceivePipeDispatcher();
        _window = new PrefetchWindow(settings.PrefetchCount, settings.PrefetchBytes);
        _closed = message => _window.Release(1, message.Body.Length);
        _request = new SqsReceiveRequest
        {
            MaxMessages = settings.BatchSize,
            WaitTime = settings.WaitTime,
            VisibilityTimeout = settings.VisibilityTimeout,
        };
        _concurrency = settings.ConcurrentMessageLimit is { } limit ? new SemaphoreSlim(limit) : null;
        _groups = SqsQueueName.IsFifo(settings.QueueName) ? new MessageGroups() : null;
    }

    public long DeliveryCount => _dispatcher.DispatchCount;

    public int ConcurrentDeliveryCount => _dispatcher.MaxConcurrentDispatchCount;

    /// <summary>Receives until <paramref name="stopping"/>; what was received may still be in flight then.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var cutOff = new CancellationTokenSource();
        _cutOff = cutOff.Token;
        StartPoll(stays: true, stopping);
        await _allPollsEnded.Task.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _allPollsEnded.Task.WaitAsync(Grace, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await cutOff.CancelAsync();
        await _allPollsEnded.Task;
    }

    private void StartPoll(bool stays, CancellationToken stopping)
    {
        if (Interlocked.Increment(ref _polls) > MaxPolls)
        {
            Interlocked.Decrement(ref _polls);
        }
        else
        {
            _ = Task.Run(() => PollAsync(stays, stopping), CancellationToken.None);
        }
    }

    private async Task PollAsync(bool stays, CancellationToken stopping)
    {
        try
        {
            for (var failures = 0; !stopping.IsCancellationRequested;)
            {
                try
                {
                    var full = await ReceiveBatchAsync(stays, stopping);
                    if (failures > 0)
                    {
                        await ReportRecoveryAsync();
                    }

                    failures = 0;

                    if (full)
                    {
                        StartPoll(stays: false, stopping);
                    }
                    else if (!stays)
                    {
                        return;
                    }
                }
                catch (Exception exception) when (!stopping.IsCancellationRequested)
                {
                    // Whatever it was, the poll that stays must go on: without it the endpoint would be deaf and look well.
                    if (!stays)
                    {
                        return;
                    }

                    await ReportFailureAsync(exception, ++failures, stopping);
                }
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Told to stop: whatever ended the call, no other follows.
        }
        finally
        {
            if (Interlocked.Decrement(ref _polls) == 0)
            {
                _allPollsEnded.TrySetResult();
            }
        }
    }

    /// <summary>True when the queue gave as many messages as a call may bring: there is likely more.</summary>
    private async Task<bool> ReceiveBatchAsync(bool stays, CancellationToken stopping)
    {
        await _window.ReserveAsync(_settings.BatchSize, _settings.BatchBytes, stopping);
        var (count, bytes) = (_settings.BatchSize, _settings.BatchBytes);
        try
        {
            if (!await PassGateAsync(stays, stopping))
            {
                return false;
            }

            var batch = await _client.ReceiveMessageAsync(_queueUrl, _request, _cutOff);
            _metrics.Received(batch.Count);
            foreach (var received in Open(batch))
            {
                count--;
                bytes -= received.Lease.Message.Body.Length;
                _ = HasToWait(received, stopping) ? HandleAsync(received, stopping) : DispatchAsync(received.Lease);
            }

            return batch.Count == _settings.BatchSize;
        }
        finally
        {
            _window.Release(count, bytes);
        }
    }

    /// <summary>False for a surplus poll at a closed gate; the poll that stays waits there.</summary>
    private async ValueTask<bool> PassGateAsync(bool stays, CancellationToken stopping)
    {
        var gate = _settings.ReceiveGate(stopping);
        if (gate.IsCompletedSuccessfully)
        {
            return true;
        }

        if (!stays)
        {
            return false;
        }

        Log.ReceivingHeldBack(_logger, _settings.QueueName);
        await gate.WaitAsync(stopping);
        Log.ReceivingResumed(_logger, _settings.QueueName);
        return true;
    }

    /// <summary>Opens a lease on each message that is not in flight already. All join their groups before the first is handled.</summary>
    private List<Received> Open(IReadOnlyList<SqsMessage> batch)
    {
        var opened = new List<Received>(batch.Count);
        foreach (var message in batch)
        {
            if (_leases.TryOpen(message, _closed, out var lease))
            {
                opened.Add(new Received(lease, message.MessageGroupId is { } group ? _groups?.Join(group) : null));
            }
        }

        return opened;
    }

    /// <summary>False for nearly every message: only its group, a concurrency limit or a stop can stand before it.</summary>
    private bool HasToWait(Received received, CancellationToken stopping) =>
        received.Turn is not null || _concurrency is not null || stopping.IsCancellationRequested;

    /// <summary>Waits for the message's turn, hands it to the consumers and gives the turn on.</summary>
    private async Task HandleAsync(Received received, CancellationToken stopping)
    {
        var (lease, turn) = received;
        try
        {
            if (await MayBeginAsync(turn, stopping))
            {
                await DispatchAsync(lease);
            }
            else
            {
                _leases.Release(lease);
            }
        }
        finally
        {
            turn?.End(lease.IsHandled);
        }
    }

    /// <summary>False for a message that goes back as it came: the endpoint stops, or one before it in its group went back.</summary>
    private async ValueTask<bool> MayBeginAsync(MessageGroups.Turn? turn, CancellationToken stopping)
    {
        try
        {
            if (turn is not null && !await turn.Previous.WaitAsync(stopping))
            {
                return false;
            }

            stopping.ThrowIfCancellationRequested();
            if (_concurrency is not null)
            {
                await _concurrency.WaitAsync(stopping);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task DispatchAsync(SqsMessageLease lease)
    {
        var message = lease.Message;
        try
        {
            if (message.Body.Length > SqsLimits.MessageBytes)
            {
                await lease.Faulted(new ValidationException("The body is larger than 1 MiB."));
                return;
            }

            await _dispatcher.Dispatch(new SqsReceiveContext(message, _context, _time, lease.ConsumersCancelled), lease);
        }
        catch (Exception exception)
        {
            // The dispatcher has told the lease already, unless an observer threw before it could.
            await lease.Faulted(exception);
            Log.DispatchFaulted(_logger, message.MessageId, exception.GetType().Name);
        }
        finally
        {
            _concurrency?.Release();
        }
    }

    private async Task ReportFailureAsync(Exception exception, int failures, CancellationToken stopping)
    {
        var delay = Backoff.Delay(failures);
        Log.ReceiveFailed(_logger, _settings.QueueName, exception.Message, delay.TotalSeconds);
        try
        {
            await _context.TransportObservers.NotifyFaulted(
                _context.InputAddress, new ConnectionException($"SQS does not hand out messages of '{_settings.QueueName}': {exception.Message}", exception));
        }
        catch (Exception fault)
        {
            Log.ObserverFaulted(_logger, _settings.QueueName, fault.GetType().Name);
        }

        await Task.Delay(delay, _time, stopping);
    }

    private async Task ReportRecoveryAsync()
    {
        Log.ReceiveRecovered(_logger, _settings.QueueName);
        await _context.TransportObservers.NotifyReady(_context.InputAddress);
    }

    private readonly record struct Received(SqsMessageLease Lease, MessageGroups.Turn? Turn);
}
