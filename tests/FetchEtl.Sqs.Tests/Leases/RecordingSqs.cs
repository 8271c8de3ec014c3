using System.Collections.Concurrent;
using System.Text;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs.Tests;

/// <summary>An SDK client that records each batch call and lets chosen ones hang until they are cancelled.</summary>
internal sealed class RecordingSqs(Uri serviceUrl, TimeProvider time) : AmazonSQSClient(
    new BasicAWSCredentials("test", "test"),
    new AmazonSQSConfig { ServiceURL = serviceUrl.ToString(), AuthenticationRegion = "us-east-1", MaxErrorRetry = 0 })
{
    private readonly ConcurrentQueue<BatchCall> _calls = new();
    private readonly ConcurrentQueue<CancellationToken> _hanging = new();
    private readonly long _origin = time.GetTimestamp();
    private int _underWay;
    private int _longPolls;

    /// <summary>The batch calls, in the order in which they began.</summary>
    public IReadOnlyCollection<BatchCall> Calls => _calls;

    /// <summary>Returns true for a call that hangs.</summary>
    public Func<BatchCall, bool> Hangs { get; set; } = _ => false;

    /// <summary>The receives that wait for a second at most.</summary>
    public int ShortPolls { get; private set; }

    /// <summary>How many receives that wait longer were under way at once, at most.</summary>
    public int MostLongPolls { get; private set; }

    /// <summary>The number of calls without a reply, except those that hang.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>The number of calls that hang and are not cancelled yet.</summary>
    public int Hanging => _hanging.Count(x => !x.IsCancellationRequested);

    public IEnumerable<BatchCall> CallsOf(string operation) => Calls.Where(x => x.Operation == operation);

    public override async Task<ReceiveMessageResponse> ReceiveMessageAsync(
        ReceiveMessageRequest request, CancellationToken cancellationToken = default)
    {
        var isLong = request.WaitTimeSeconds > 1;
        lock (_calls)
        {
            _longPolls += isLong ? 1 : 0;
            ShortPolls += isLong ? 0 : 1;
            MostLongPolls = Math.Max(MostLongPolls, _longPolls);
        }

        try
        {
            return await base.ReceiveMessageAsync(request, cancellationToken);
        }
        finally
        {
            lock (_calls)
            {
                _longPolls -= isLong ? 1 : 0;
            }
        }
    }

    public override Task<DeleteMessageBatchResponse> DeleteMessageBatchAsync(
        DeleteMessageBatchRequest request, CancellationToken cancellationToken = default) =>
        RecordAsync(
            new BatchCall("Delete", Now, [.. request.Entries.Select(x => x.ReceiptHandle)]),
            () => base.DeleteMessageBatchAsync(request, cancellationToken),
            cancellationToken);

    public override Task<ChangeMessageVisibilityBatchResponse> ChangeMessageVisibilityBatchAsync(
        ChangeMessageVisibilityBatchRequest request, CancellationToken cancellationToken = default) =>
        RecordAsync(
            new BatchCall("ChangeVisibility", Now, [.. request.Entries.Select(x => x.ReceiptHandle)])
            {
                Seconds = [.. request.Entries.Select(x => x.VisibilityTimeout ?? -1)],
            },
            () => base.ChangeMessageVisibilityBatchAsync(request, cancellationToken),
            cancellationToken);

    public override Task<SendMessageBatchResponse> SendMessageBatchAsync(
        SendMessageBatchRequest request, CancellationToken cancellationToken = default) =>
        RecordAsync(
            new BatchCall("Send", Now, [.. request.Entries.Select(x => x.Id)])
            {
                Bytes = request.Entries.Sum(x => Encoding.UTF8.GetByteCount(x.MessageBody)),
            },
            () => base.SendMessageBatchAsync(request, cancellationToken),
            cancellationToken);

    private TimeSpan Now => time.GetElapsedTime(_origin);

    private async Task<T> RecordAsync<T>(BatchCall call, Func<Task<T>> send, CancellationToken cancelled)
    {
        _calls.Enqueue(call);
        if (Hangs(call))
        {
            _hanging.Enqueue(cancelled);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancelled);
        }

        Interlocked.Increment(ref _underWay);
        try
        {
            return await send();
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}

/// <summary>One batch call.</summary>
/// <param name="Operation">Delete, ChangeVisibility or Send.</param>
/// <param name="At">When the call began, in virtual time.</param>
/// <param name="Entries">The receipt handles; the entry ids of a Send.</param>
internal sealed record BatchCall(string Operation, TimeSpan At, string[] Entries)
{
    /// <summary>The requested visibility timeouts.</summary>
    public int[] Seconds { get; init; } = [];

    /// <summary>The total size of the bodies of a Send.</summary>
    public int Bytes { get; init; }
}
