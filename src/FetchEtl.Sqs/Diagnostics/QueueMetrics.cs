using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>
/// What one endpoint records, with the attributes of OpenTelemetry's conventions for messaging. The attributes are
/// built once, so that recording allocates nothing unless something failed. Thread-safe.
/// </summary>
internal sealed class QueueMetrics
{
    private const string OtherRule = "other";

    private readonly SqsMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Func<Exception, string?>? _ruleOf;
    private readonly string _deadLetterQueue;
    private readonly KeyValuePair<string, object?>[] _receive;
    private readonly KeyValuePair<string, object?>[] _process;
    private readonly KeyValuePair<string, object?>[] _delete;
    private readonly KeyValuePair<string, object?>[] _changeVisibility;
    private readonly KeyValuePair<string, object?>[] _send;
    private long _received;

    /// <param name="metrics">The instruments.</param>
    /// <param name="settings">Name the queues and the rules.</param>
    /// <param name="queueUrl">The queue's URL, whose host is the address of the server.</param>
    /// <param name="time">The clock of durations.</param>
    public QueueMetrics(SqsMetrics metrics, SqsReceiveSettings settings, string queueUrl, TimeProvider time)
    {
        _metrics = metrics;
        _time = time;
        _ruleOf = settings.DeadLetterRule;
        _deadLetterQueue = settings.DeadLetterQueueName;
        var host = Uri.TryCreate(queueUrl, UriKind.Absolute, out var url) ? url.Host : null;
        _receive = MessagingAttributes.Of(settings.QueueName, host, "receive", "receive");
        _process = MessagingAttributes.Of(settings.QueueName, host, "process", "process");
        _delete = MessagingAttributes.Of(settings.QueueName, host, "delete", "settle");
        _changeVisibility = MessagingAttributes.Of(settings.QueueName, host, "change_visibility", "settle");
        _send = MessagingAttributes.Of(settings.DeadLetterQueueName, host, "send", "send");
    }

    /// <summary>The attributes of the processing of a message.</summary>
    public KeyValuePair<string, object?>[] ProcessAttributes => _process;

    /// <summary>Messages received from the queue, each delivery counted.</summary>
    public long ReceivedTotal => Interlocked.Read(ref _received);

    /// <summary>Shows the counters as 0 from the start, so that the first event is an increase.</summary>
    public void Begin()
    {
        _metrics.Consumed.Add(0, _receive);
        _metrics.Sent.Add(0, _send);
        _metrics.Begin();
    }

    /// <summary>A receive brought messages.</summary>
    /// <param name="messages">Those that can be read.</param>
    /// <param name="malformed">How many cannot.</param>
    public void Received(List<Message> messages, int malformed)
    {
        var count = messages.Count + malformed;
        Interlocked.Add(ref _received, count);
        _metrics.Received(count, OldestSentAt(messages));
        _metrics.Consumed.Add(count, _receive);
    }

    /// <summary>Returns a timestamp for <see cref="ReceiveEnded"/> and <see cref="CallEnded"/>.</summary>
    public long CallBegins() => _time.GetTimestamp();

    /// <summary>A receive ended.</summary>
    /// <param name="begun">When it began.</param>
    /// <param name="exception">Why it failed; null where it did not.</param>
    public void ReceiveEnded(long begun, Exception? exception) =>
        Ended(_receive, begun, exception is null ? null : ErrorName.Of(exception));

    /// <summary>A call for leases ended.</summary>
    /// <param name="kind">What it was for.</param>
    /// <param name="begun">When it began.</param>
    /// <param name="errorType">Why it failed as a whole; null where it did not.</param>
    public void CallEnded(LeaseCallKind kind, long begun, string? errorType) => Ended(
        kind switch
        {
            LeaseCallKind.Delete => _delete,
            LeaseCallKind.DeadLetter => _send,
            _ => _changeVisibility,
        },
        begun,
        errorType);

    /// <summary>Dead letters were sent, or refused.</summary>
    public void Sent(int letters, string? errorType)
    {
        if (letters > 0)
        {
            _metrics.Sent.Add(letters, With(_send, errorType));
        }
    }

    /// <inheritdoc cref="SqsMetrics.DeadLettersRejected"/>
    public void DeadLettersRejected(string? problem) => _metrics.DeadLettersRejected(_deadLetterQueue, problem);

    /// <summary>The consumers gave their verdict on a message.</summary>
    /// <param name="duration">The time since its receipt.</param>
    /// <param name="exception">Why they failed; null where they did not.</param>
    public void Processed(TimeSpan duration, Exception? exception)
    {
        if (_metrics.ProcessDuration.Enabled)
        {
            _metrics.ProcessDuration.Record(
                duration.TotalSeconds, With(_process, exception is null ? null : ErrorName.Of(exception)));
        }
    }

    /// <summary>The name of the rule that a dead letter broke.</summary>
    public string RuleOf(Exception exception)
    {
        if (exception is BrokenBodyException broken)
        {
            return broken.Rule;
        }

        try
        {
            var rule = _ruleOf?.Invoke(
                exception is AggregateException { InnerExceptions: [var only] } ? only : exception);
            return string.IsNullOrEmpty(rule) ? OtherRule : rule;
        }
        catch (Exception)
        {
            // A rule without a name must not end the endpoint.
            return OtherRule;
        }
    }

    /// <inheritdoc cref="SqsMetrics.DeadLettered"/>
    public void DeadLettered(string rule) => _metrics.DeadLettered(rule);

    /// <inheritdoc cref="SqsMetrics.Returned"/>
    public void Returned() => _metrics.Returned();

    /// <inheritdoc cref="SqsMetrics.LeaseLost"/>
    public void LeaseLost() => _metrics.LeaseLost();

    /// <inheritdoc cref="SqsMetrics.Opened"/>
    public void Opened() => _metrics.Opened();

    /// <inheritdoc cref="SqsMetrics.Closed"/>
    public void Closed() => _metrics.Closed();

    /// <inheritdoc cref="SqsMetrics.Hidden"/>
    public void Hidden(TimeSpan time) => _metrics.Hidden(time);

    private static KeyValuePair<string, object?>[] With(
        KeyValuePair<string, object?>[] attributes, string? errorType) =>
        errorType is null ? attributes : [.. attributes, new(MessagingAttributes.ErrorType, errorType)];

    /// <summary>When this queue got the message, whatever identity a redriven one has.</summary>
    private static DateTimeOffset? OldestSentAt(List<Message> messages)
    {
        var oldest = long.MaxValue;
        foreach (var message in messages)
        {
            if (long.TryParse(
                message?.SystemText(MessageSystemAttributeName.SentTimestamp),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var sent))
            {
                oldest = Math.Min(oldest, sent);
            }
        }

        return oldest <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(oldest)
            : null;
    }

    private void Ended(KeyValuePair<string, object?>[] attributes, long begun, string? errorType)
    {
        if (_metrics.OperationDuration.Enabled)
        {
            _metrics.OperationDuration.Record(_time.GetElapsedTime(begun).TotalSeconds, With(attributes, errorType));
        }
    }
}
