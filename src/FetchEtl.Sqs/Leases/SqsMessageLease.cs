using System.Text;
using System.Threading.Channels;
using Amazon.SQS.Model;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

/// <summary>
/// A message in flight, as the receive pipe sees it. It reports the consumers' verdict to the loop that owns the lease,
/// and does nothing else.
/// </summary>
/// <param name="message">As received.</param>
/// <param name="identity">The message's, across redrives.</param>
/// <param name="lease">Only the loop uses it.</param>
/// <param name="events">To the loop.</param>
/// <param name="spanAttributes">The attributes of the message's span.</param>
internal sealed class SqsMessageLease(
    Message message,
    MessageIdentity identity,
    Lease lease,
    ChannelWriter<LeaseEvent> events,
    KeyValuePair<string, object?>[] spanAttributes) : ReceiveLockContext
{
    private TaskCompletionSource<bool>? _handled;

    public Message Message => message;

    public MessageIdentity Identity => identity;

    public Lease Lease => lease;

    /// <summary>When the loop opened the lease, by its clock.</summary>
    public TimeSpan OpenedAt { get; init; }

    /// <summary>The rule that a dead letter broke. Only the loop uses it.</summary>
    public string BrokenRule { get; set; } = string.Empty;

    /// <summary>Where the message stands in S3; null where its body is the message.</summary>
    public S3Pointer? Payload { get; set; }

    /// <summary>The size of the body, in bytes of UTF-8.</summary>
    public int BodyBytes { get; } = Encoding.UTF8.GetByteCount(message.Body);

    /// <summary>The receive pipe calls this first, inside the span of the message.</summary>
    public Task ValidateLockStatus()
    {
        MessageSpans.Describe(message, spanAttributes);
        return Task.CompletedTask;
    }

    public Task Complete() => Post(LeaseEventKind.Completed);

    public Task Faulted(Exception exception) => Post(LeaseEventKind.Faulted, exception);

    /// <summary>The message is not handled here: another worker may have it at once.</summary>
    public void Release() => events.TryWrite(new LeaseEvent(LeaseEventKind.Released, this));

    /// <summary>Prepares <see cref="HandledAsync"/>. The caller needs it before the message is dispatched.</summary>
    public void TrackHandled() =>
        _handled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>
    /// Completes when the outcome is decided: true when the message is deleted, false when it goes back.
    /// </summary>
    public Task<bool> HandledAsync() => _handled!.Task;

    /// <summary>The loop calls this when the outcome is decided.</summary>
    public void ReportDecision() => _handled?.TrySetResult(lease.Settlement.Deletes && !lease.WasLost);

    private Task Post(LeaseEventKind kind, Exception? exception = null)
    {
        events.TryWrite(new LeaseEvent(kind, this, exception));
        return Task.CompletedTask;
    }
}
