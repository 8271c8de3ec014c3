using Amazon.SQS;
using FetchEtl.Sqs;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// Knows how many messages are on the queue and on its dead-letter queue. SQS bills each reading, so it reads only when
/// the page or a collector asks: at most every 15 s while messages move, and every 2 minutes while none do.
/// Thread-safe.
/// </summary>
internal sealed class QueueWatch(
    IAmazonSQS client, IOptions<SqsSettings> settings, SqsMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan WhileBusy = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WhileIdle = TimeSpan.FromMinutes(2);

    /// <summary>A reader of the page does not wait longer for an SQS that is away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _urls = new(StringComparer.Ordinal);
    private Task<QueueCounts> _reading = Task.FromResult(QueueCounts.Unread);
    private long _readAt;
    private long _receivedThen;
    private bool _hasRead;

    /// <summary>The last reading that has ended.</summary>
    public QueueCounts Latest { get; private set; } = QueueCounts.Unread;

    /// <summary>The time since the last reading began; null before the first.</summary>
    public TimeSpan? Age
    {
        get
        {
            lock (_lock)
            {
                return _hasRead ? time.GetElapsedTime(_readAt) : null;
            }
        }
    }

    /// <summary>Asks SQS where that is due. It never fails: what SQS does not answer is unknown.</summary>
    public Task<QueueCounts> ReadAsync()
    {
        lock (_lock)
        {
            if (_reading.IsCompleted && IsDue_NeedsLock())
            {
                (_hasRead, _readAt, _receivedThen) = (true, time.GetTimestamp(), metrics.ReceivedTotal);
                _reading = Task.Run(ReadBothAsync);
            }

            return _reading;
        }
    }

    private bool IsDue_NeedsLock()
    {
        var moves = metrics.ReceivedTotal != _receivedThen || metrics.InFlight > 0;
        return !_hasRead || time.GetElapsedTime(_readAt) >= (moves ? WhileBusy : WhileIdle);
    }

    private async Task<QueueCounts> ReadBothAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        var queue = ReadAsync(settings.Value.QueueName, patience.Token);
        var deadLetters = ReadAsync(settings.Value.DeadLetterQueue, patience.Token);
        var (counts, problem) = await queue;
        var (deadCounts, deadProblem) = await deadLetters;
        return Latest = new QueueCounts(counts, deadCounts, problem ?? deadProblem);
    }

    private async Task<(QueueDepth? Counts, string? Problem)> ReadAsync(string name, CancellationToken patience)
    {
        try
        {
            return (await QueueDepth.ReadAsync(client, await UrlOfAsync(name, patience), patience), null);
        }
        catch (OperationCanceledException)
        {
            return (null, $"SQS did not count the messages of {name} within {Patience.TotalSeconds} s");
        }
        catch (Exception exception)
        {
            // Whatever failed: a count is not worth the end of the service.
            return (null, $"SQS does not count the messages of {name} (sqs:GetQueueAttributes): "
                + SqsErrors.Describe(exception));
        }
    }

    private async Task<string> UrlOfAsync(string name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_urls.TryGetValue(name, out var known))
            {
                return known;
            }
        }

        var url = (await client.GetQueueUrlAsync(name, cancellationToken)).QueueUrl;
        lock (_lock)
        {
            _urls[name] = url;
        }

        return url;
    }
}
