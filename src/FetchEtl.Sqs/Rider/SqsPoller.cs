using System.Threading.Channels;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>
/// Long-polls a queue, ten messages at a time: one poll when idle, one more whenever a batch is full, never more
/// messages or bytes in flight than the prefetch, and none while the gate is closed or SQS refuses deletes.
/// </summary>
/// <param name="health">Gets the faults of receives and deletes.</param>
/// <param name="queueUrl">The queue.</param>
/// <param name="settings">The endpoint's settings.</param>
/// <param name="window">The prefetch.</param>
/// <param name="dispatcher">Takes the messages.</param>
/// <param name="metrics">Records the receives.</param>
/// <param name="services">What the poller works with.</param>
internal sealed class SqsPoller(
    EndpointHealth health,
    string queueUrl,
    SqsReceiveSettings settings,
    PrefetchWindow window,
    SqsDispatcher dispatcher,
    QueueMetrics metrics,
    SqsRiderServices services)
{
    private const int MaxPolls = 16;

    // The longest wait of a poll that does not stay.
    private static readonly TimeSpan SurplusWait = TimeSpan.FromSeconds(1);

    // A poll that is cut off at a stop can hide messages from all workers for a whole visibility timeout: its reply was
    // on its way, or the server does not notice the cut. So only the poll that stays is cut off, unless others hang.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.5);

    // A reply that is later than this after the wait time is not waited for: another poll begins.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    // The least time from one empty receive to the next doubles up to the longest while the queue stays empty.
    private static readonly TimeSpan ShortestIdle = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(1);

    // What polls may begin: true for the one that stays, false for one that ends with the first batch that is not full.
    private readonly Channel<bool> _offers = Channel.CreateUnbounded<bool>();
    private readonly ReceiveMessageRequest _staysRequest = CreateRequest(queueUrl, settings, settings.WaitTime);
    private readonly ReceiveMessageRequest _surplusRequest = CreateRequest(
        queueUrl, settings, Durations.Min(settings.WaitTime, SurplusWait));

    private volatile Part? _staying;
    private bool _surplusOffered;
    private int _failures;

    /// <summary>Polls until it is stopped. Ends early, with the exception, when a poll fails unexpectedly.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var cutOff = new CancellationTokenSource(Timeout.InfiniteTimeSpan, services.Time);
        await using var grace = ending.Token.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).CancelAfter(Grace), cutOff);

        ITimer? watch = null;
        await using var watching = watch = services.Time.CreateTimer(
            _ => watch!.Change(HandOverWhenLate(), Timeout.InfiniteTimeSpan),
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        watch.Change(settings.WaitTime + Late, Timeout.InfiniteTimeSpan);
        _offers.Writer.TryWrite(true);
        var polls = Enumerable.Repeat(() => PollAsync(ending.Token, cutOff.Token), MaxPolls);
        await Task.WhenAll(polls.Prepend(() => ReportOutagesAsync(ending.Token)).Select(run => Task.Factory.StartNew(
            async () =>
            {
                try
                {
                    await run();
                }
                catch (Exception) when (ending.IsCancellationRequested)
                {
                    // The endpoint stops, or another poll failed. No caller awaits a receive that fails then.
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

    private static ReceiveMessageRequest CreateRequest(string queueUrl, SqsReceiveSettings settings, TimeSpan wait) =>
        new(queueUrl)
        {
            MaxNumberOfMessages = settings.BatchSize,
            WaitTimeSeconds = (int)wait.TotalSeconds,
            VisibilityTimeout = (int)settings.VisibilityTimeout.TotalSeconds,
            MessageSystemAttributeNames =
            [
                MessageSystemAttributeName.SentTimestamp,
                MessageSystemAttributeName.ApproximateReceiveCount,
                MessageSystemAttributeName.MessageGroupId,

                // It comes only with messages that have it.
                MessageSystemAttributeName.AWSTraceHeader,
            ],
            MessageAttributeNames = ["All"],
        };

    /// <summary>
    /// One poll stays. When its reply is late, another poll takes that part, so a poll that hangs holds nothing but
    /// itself. The others wait until the queue likely holds more than the running polls will bring.
    /// </summary>
    private async Task PollAsync(CancellationToken stopping, CancellationToken cutOff)
    {
        var part = new Part();
        while (!stopping.IsCancellationRequested)
        {
            part.Stays = await _offers.Reader.ReadAsync(stopping);
            if (part.Stays)
            {
                _staying = part;
            }
            else
            {
                Volatile.Write(ref _surplusOffered, false);
            }

            for (var (received, empties) = (0, 0); !stopping.IsCancellationRequested;)
            {
                var reports = part.Stays;
                var begun = services.Time.GetTimestamp();
                try
                {
                    received = await ReceiveAsync(part, stopping, cutOff);
                    await ReportRecoveryAsync();
                }
                catch (Exception exception) when (!stopping.IsCancellationRequested)
                {
                    received = 0;
                    if (SqsErrors.MayHideMessages(exception))
                    {
                        MayBeHidden();
                    }

                    if (reports)
                    {
                        await ReportFailureAsync(exception, stopping);
                    }
                }

                if (received == settings.BatchSize)
                {
                    OfferSurplus();
                }
                else if (!part.Stays)
                {
                    break;
                }

                empties = received > 0 ? 0 : empties + 1;
                await DelayEmptyAsync(empties, begun, stopping);
            }
        }
    }

    /// <summary>Returns when to look again: a late reply becomes late at a known time.</summary>
    private TimeSpan HandOverWhenLate()
    {
        var limit = settings.WaitTime + Late;
        var part = _staying;
        var since = part?.ReceivingSince ?? Part.NotReceiving;
        var left = since == Part.NotReceiving ? limit : limit - services.Time.GetElapsedTime(since);
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        if (part!.TryLeave())
        {
            _offers.Writer.TryWrite(true);
        }

        return limit;
    }

    private void OfferSurplus()
    {
        if (!Interlocked.Exchange(ref _surplusOffered, true))
        {
            _offers.Writer.TryWrite(false);
        }
    }

    /// <summary>Without a wait time, and at endpoints that ignore it, an idle queue is not polled in a loop.</summary>
    private async ValueTask DelayEmptyAsync(int empties, long begun, CancellationToken stopping)
    {
        var least = ShortestIdle * Math.Pow(2, Math.Min(empties, 10) - 1);
        var delay = Durations.Min(least, LongestIdle) - services.Time.GetElapsedTime(begun);
        if (empties > 0 && delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, services.Time, stopping);
        }
    }

    /// <summary>How many messages the queue gave.</summary>
    private async Task<int> ReceiveAsync(Part part, CancellationToken stopping, CancellationToken cutOff)
    {
        var (count, bytes) = (settings.BatchSize, settings.BatchBytes);
        await window.ReserveAsync(count, bytes, stopping);
        try
        {
            if (!await PassGatesAsync(part.Stays, stopping))
            {
                return 0;
            }

            var begun = services.Metrics.ReceiveBegins();
            part.ReceivingSince = services.Time.GetTimestamp();
            var response = await CallAsync(part.Stays ? _staysRequest : _surplusRequest, cutOff);
            var malformed = (response as PartialReceiveResponse)?.Malformed ?? 0;
            var messages = response.Messages ?? [];
            var received = messages.Count + malformed;
            if (received == 0)
            {
                services.Metrics.ReceivedNothing(begun);
                return 0;
            }

            metrics.Received(messages, malformed);
            if (malformed > 0)
            {
                MayBeHidden();
            }

            var opened = await dispatcher.HandleAsync(messages, stopping);
            count -= opened.Count;
            bytes -= opened.Bytes;
            return received;
        }
        finally
        {
            part.ReceivingSince = Part.NotReceiving;
            window.Release(count, bytes);
        }
    }

    private async Task<ReceiveMessageResponse> CallAsync(ReceiveMessageRequest request, CancellationToken cutOff)
    {
        var begun = metrics.CallBegins();
        try
        {
            var response = await services.Client.ReceiveMessageAsync(request, cutOff);
            metrics.ReceiveEnded(begun, exception: null);
            return response;
        }
        catch (Exception exception)
        {
            // A poll that is cut off at a stop did not fail.
            metrics.ReceiveEnded(begun, cutOff.IsCancellationRequested ? null : exception);
            throw;
        }
    }

    /// <summary>SQS hid messages that are not in flight here, or may have: they come back.</summary>
    private void MayBeHidden() => services.Metrics.Hidden(settings.VisibilityTimeout);

    /// <summary>False for a surplus poll at a closed gate. The poll that stays waits there.</summary>
    private async ValueTask<bool> PassGatesAsync(bool stays, CancellationToken stopping)
    {
        while (true)
        {
            var gate = settings.ReceiveGate(stopping);
            var outage = dispatcher.Outage;
            if (gate.IsCompletedSuccessfully && !outage.IsCompleted)
            {
                return true;
            }

            if (!stays)
            {
                return false;
            }

            if (!gate.IsCompletedSuccessfully)
            {
                Log.ReceivingPaused(services.Logger, settings.QueueName);
                await gate.WaitAsync(stopping);
                Log.ReceivingResumed(services.Logger, settings.QueueName);
            }
            else
            {
                await EndOfAsync((await outage).Task).WaitAsync(stopping);
            }
        }
    }

    /// <summary>
    /// Reports each outage of deletes to the bus. No poll can: all of them may wait for room in the prefetch.
    /// </summary>
    private async Task ReportOutagesAsync(CancellationToken stopping)
    {
        while (true)
        {
            var beginning = dispatcher.Outage;
            await EndOfAsync(beginning).WaitAsync(stopping);
            var outage = await beginning;
            await health.FaultedAsync(
                EndpointFault.Deletes, $"SQS refuses to delete messages of '{settings.QueueName}': {outage.Reason}.");
            await EndOfAsync(outage.Task).WaitAsync(stopping);
            await health.EndedAsync(EndpointFault.Deletes);
        }
    }

    private async Task ReportFailureAsync(Exception exception, CancellationToken stopping)
    {
        var delay = services.Backoff.After(Interlocked.Increment(ref _failures), Backoff.LongestRetry);
        var reason = SqsErrors.Describe(exception, "sqs:ReceiveMessage");
        if (dispatcher.Troubles.Fails(Trouble.Receives, SqsErrors.IsTransient(exception)))
        {
            Log.ReceiveFailed(services.Logger, settings.QueueName, reason);
        }
        else
        {
            Log.FailedAgain(services.Logger, reason);
        }

        await health.FaultedAsync(
            EndpointFault.Receives, $"SQS returns no messages of '{settings.QueueName}': {reason}.", exception);
        await Task.Delay(delay, services.Time, stopping);
    }

    private async ValueTask ReportRecoveryAsync()
    {
        Volatile.Write(ref _failures, 0);
        if (await health.EndedAsync(EndpointFault.Receives) && dispatcher.Troubles.Works(Trouble.Receives))
        {
            Log.ReceiveRecovered(services.Logger, settings.QueueName);
        }
    }

    /// <summary>
    /// Completes with a task, on the caller's scheduler. WaitAsync alone would continue on the thread pool.
    /// </summary>
    private static async Task EndOfAsync(Task task) => await task;

    /// <summary>Whether a poll is the one that stays.</summary>
    private sealed class Part
    {
        public const long NotReceiving = -1;

        private long _receivingSince = NotReceiving;
        private bool _stays;

        /// <summary>The timestamp at which the receive that is under way began.</summary>
        public long ReceivingSince
        {
            get => Volatile.Read(ref _receivingSince);
            set => Volatile.Write(ref _receivingSince, value);
        }

        public bool Stays
        {
            get => Volatile.Read(ref _stays);
            set => Volatile.Write(ref _stays, value);
        }

        /// <summary>True for the poll that stayed, which no longer does.</summary>
        public bool TryLeave() => Interlocked.Exchange(ref _stays, false);
    }
}
