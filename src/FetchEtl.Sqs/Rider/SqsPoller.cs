using System.Threading.Channels;
using Amazon.SQS;
using Amazon.SQS.Model;
using MassTransit;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>
/// Long-polls a queue, ten messages at a time: one poll when idle, one more whenever a batch is full, never more
/// messages or bytes in flight than the prefetch, and none while the gate is closed.
/// </summary>
/// <param name="context">The endpoint.</param>
/// <param name="queueUrl">The queue.</param>
/// <param name="settings">The endpoint's settings.</param>
/// <param name="window">The prefetch.</param>
/// <param name="dispatcher">Takes the messages.</param>
/// <param name="services">What the poller works with.</param>
internal sealed class SqsPoller(
    ReceiveEndpointContext context,
    string queueUrl,
    SqsReceiveSettings settings,
    PrefetchWindow window,
    SqsDispatcher dispatcher,
    SqsRiderServices services)
{
    private const int MaxPolls = 16;

    // Replies on their way at a stop are waited for: a reply that is cut off hides its messages from all workers for a
    // whole visibility timeout.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    // Holds at most one token, which lets one more poll run.
    private readonly Channel<bool> _surplus = Channel.CreateBounded<bool>(1);
    private readonly ReceiveMessageRequest _request = new(queueUrl)
    {
        MaxNumberOfMessages = settings.BatchSize,
        WaitTimeSeconds = (int)settings.WaitTime.TotalSeconds,
        VisibilityTimeout = (int)settings.VisibilityTimeout.TotalSeconds,
        MessageSystemAttributeNames =
        [
            MessageSystemAttributeName.SentTimestamp,
            MessageSystemAttributeName.ApproximateReceiveCount,
            MessageSystemAttributeName.MessageGroupId,
        ],
        MessageAttributeNames = ["All"],
    };

    /// <summary>Polls until it is stopped. Ends early, with the exception, when a poll fails unexpectedly.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var cutOff = new CancellationTokenSource(Timeout.InfiniteTimeSpan, services.Time);
        await using var grace = ending.Token.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).CancelAfter(Grace), cutOff);

        await Task.WhenAll(Enumerable.Range(0, MaxPolls).Select(poll => Task.Factory.StartNew(
            async () =>
            {
                try
                {
                    await PollAsync(stays: poll == 0, ending.Token, cutOff.Token);
                }
                catch (OperationCanceledException) when (ending.IsCancellationRequested)
                {
                    // The endpoint stops, or another poll failed.
                }
                catch (Exception)
                {
                    await ending.CancelAsync();
                    throw;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Current).Unwrap()));
    }

    /// <summary>
    /// One poll stays. The others wait until the queue likely holds more than the running polls will bring.
    /// </summary>
    private async Task PollAsync(bool stays, CancellationToken stopping, CancellationToken cutOff)
    {
        for (var failures = 0; !stopping.IsCancellationRequested;)
        {
            if (!stays)
            {
                await _surplus.Reader.ReadAsync(stopping);
            }

            try
            {
                while (await ReceiveAsync(stays, stopping, cutOff) && !stopping.IsCancellationRequested)
                {
                    _surplus.Writer.TryWrite(true);
                    failures = await ReportRecoveryAsync(failures);
                }

                failures = await ReportRecoveryAsync(failures);
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                if (stays)
                {
                    await ReportFailureAsync(exception, ++failures, stopping);
                }
            }
        }
    }

    /// <summary>True when the queue gave as many messages as a call may bring.</summary>
    private async Task<bool> ReceiveAsync(bool stays, CancellationToken stopping, CancellationToken cutOff)
    {
        var (count, bytes) = (settings.BatchSize, settings.BatchBytes);
        await window.ReserveAsync(count, bytes, stopping);
        try
        {
            if (!await PassGateAsync(stays, stopping))
            {
                return false;
            }

            var response = await services.Client.ReceiveMessageAsync(_request, cutOff);
            if (response.Messages is not { Count: > 0 } messages)
            {
                return false;
            }

            services.Metrics.Received(messages.Count);
            var opened = await dispatcher.HandleAsync(messages, stopping);
            count -= opened.Count;
            bytes -= opened.Bytes;
            return messages.Count == settings.BatchSize;
        }
        finally
        {
            window.Release(count, bytes);
        }
    }

    /// <summary>False for a surplus poll at a closed gate. The poll that stays waits there.</summary>
    private async ValueTask<bool> PassGateAsync(bool stays, CancellationToken stopping)
    {
        var gate = settings.ReceiveGate(stopping);
        if (gate.IsCompletedSuccessfully)
        {
            return true;
        }

        if (!stays)
        {
            return false;
        }

        Log.ReceivingPaused(services.Logger, settings.QueueName);
        await gate.WaitAsync(stopping);
        Log.ReceivingResumed(services.Logger, settings.QueueName);
        return true;
    }

    private async Task ReportFailureAsync(Exception exception, int failures, CancellationToken stopping)
    {
        var delay = services.Backoff.After(failures, Backoff.LongestRetry);
        var reason = SqsErrors.Describe(exception);
        Log.ReceiveFailed(services.Logger, settings.QueueName, reason, delay.TotalSeconds);
        var failure = new ConnectionException(
            $"SQS returns no messages of '{settings.QueueName}': {reason}", exception);
        await ObserveAsync(() => context.TransportObservers.NotifyFaulted(context.InputAddress, failure));
        await Task.Delay(delay, services.Time, stopping);
    }

    private async Task<int> ReportRecoveryAsync(int failures)
    {
        if (failures > 0)
        {
            Log.ReceiveRecovered(services.Logger, settings.QueueName);
            await ObserveAsync(() => context.TransportObservers.NotifyReady(context.InputAddress));
        }

        return 0;
    }

    private async Task ObserveAsync(Func<Task> notify)
    {
        try
        {
            await notify();
        }
        catch (Exception exception)
        {
            // An observer that fails must not end the endpoint.
            Log.ObserverFaulted(services.Logger, settings.QueueName, exception.GetType().Name);
        }
    }
}
