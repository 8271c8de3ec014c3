using System.Runtime.InteropServices;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>
/// The calls that leases need, up to ten messages each. A call never throws: it ends with an answer to each entry.
/// </summary>
internal sealed class LeaseCalls(
    IAmazonSQS client, string queueUrl, DeadLetterQueue deadLetters, QueueMetrics metrics, TimeProvider time)
{
    /// <summary>
    /// A call that takes longer is cancelled and counts as refused, so that it delays nothing but itself.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Makes a call.</summary>
    /// <param name="kind">What for.</param>
    /// <param name="entries">The messages.</param>
    /// <param name="limit">When it must have ended, if that is sooner than every call must.</param>
    /// <param name="cancelled">Ends the call at once.</param>
    public async Task<AnsweredCall> CallAsync(
        LeaseCallKind kind, IReadOnlyList<LeaseEntry> entries, TimeSpan limit, CancellationToken cancelled)
    {
        var answers = new EntryAnswer[entries.Count];
        var begun = metrics.CallBegins();
        try
        {
            using var timeout = new CancellationTokenSource(Durations.Min(limit, Limit), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancelled);
            var refused = await SendAsync(kind, entries, either.Token);
            foreach (var entry in refused ?? [])
            {
                answers[int.Parse(entry.Id)] = SqsErrors.IsTransient(entry.Code, entry.SenderFault ?? false)
                    ? EntryAnswer.RefusedForNow
                    : EntryAnswer.RefusedForGood;
            }

            Record(kind, begun, entries.Count, refused ?? []);
            return new AnsweredCall(kind, entries, answers, refused is [var first, ..] ? first.Code : null);
        }
        catch (Exception exception)
        {
            // Whatever the reason, a call that failed as a whole says nothing about its messages.
            Array.Fill(answers, EntryAnswer.RefusedForNow);
            var errorType = ErrorName.Of(exception);
            metrics.CallEnded(kind, begun, errorType);
            metrics.Sent(kind == LeaseCallKind.DeadLetter ? entries.Count : 0, errorType);
            return new AnsweredCall(kind, entries, answers, SqsErrors.Describe(exception, PermissionFor(kind)))
            {
                IsAway = SqsErrors.IsTransient(exception),
            };
        }
    }

    /// <summary>A call whose entries were all refused failed as a whole.</summary>
    private void Record(LeaseCallKind kind, long begun, int entries, List<BatchResultErrorEntry> refused)
    {
        metrics.CallEnded(
            kind, begun, refused.Count == entries ? SqsErrors.Normalize(refused[0].Code ?? string.Empty) : null);
        if (kind == LeaseCallKind.DeadLetter)
        {
            metrics.Sent(entries - refused.Count, errorType: null);
            foreach (var entry in refused)
            {
                metrics.Sent(1, SqsErrors.Normalize(entry.Code ?? string.Empty));
            }
        }
    }

    private static string PermissionFor(LeaseCallKind kind) => kind switch
    {
        LeaseCallKind.Delete => "sqs:DeleteMessage",
        LeaseCallKind.DeadLetter => "sqs:SendMessage",
        _ => "sqs:ChangeMessageVisibility",
    };

    /// <summary>An entry's id is its index.</summary>
    private static List<T> Map<T>(IReadOnlyList<LeaseEntry> entries, Func<LeaseEntry, string, T> map) =>
        [.. entries.Select((entry, i) => map(entry, i.ToString()))];

    /// <returns>The entries that SQS refused.</returns>
    private async Task<List<BatchResultErrorEntry>?> SendAsync(
        LeaseCallKind kind, IReadOnlyList<LeaseEntry> entries, CancellationToken limit) => kind switch
    {
        LeaseCallKind.Delete => (await client.DeleteMessageBatchAsync(
            queueUrl,
            Map(entries, (entry, id) => new DeleteMessageBatchRequestEntry(id, entry.ReceiptHandle)),
            limit)).Failed,
        LeaseCallKind.DeadLetter => (await client.SendMessageBatchAsync(
            deadLetters.Url,
            Map(entries, (entry, id) =>
            {
                entry.DeadLetter!.Entry.Id = id;
                return entry.DeadLetter.Entry;
            }),
            limit)).Failed,
        _ => (await client.ChangeMessageVisibilityBatchAsync(
            queueUrl,
            Map(entries, (entry, id) => new ChangeMessageVisibilityBatchRequestEntry(id, entry.ReceiptHandle)
            {
                VisibilityTimeout = (int)entry.Time!.Value.TotalSeconds,
            }),
            limit)).Failed,
    };
}

/// <summary>One entry of a call.</summary>
/// <param name="Lease">The message.</param>
/// <param name="ReceiptHandle">The delivery of it.</param>
/// <param name="Kind">The kind of call.</param>
/// <param name="Time">The new visibility timeout; null where the message is deleted or sent.</param>
/// <param name="DeadLetter">What is sent to the dead-letter queue; null for the other calls.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LeaseEntry(
    SqsMessageLease Lease,
    string ReceiptHandle,
    LeaseCallKind Kind = LeaseCallKind.Delete,
    TimeSpan? Time = null,
    DeadLetter? DeadLetter = null)
{
    /// <summary>What counts towards the size of a call.</summary>
    public int Bytes => DeadLetter?.Bytes ?? 0;
}

/// <summary>What a call is for.</summary>
internal enum LeaseCallKind
{
    Renewal,
    Return,
    Delete,
    DeadLetter,
}

/// <summary>A call that has ended.</summary>
/// <param name="Kind">What it was for.</param>
/// <param name="Entries">What was asked.</param>
/// <param name="Answers">The answer to each entry.</param>
/// <param name="Problem">Why entries were refused; null where none was.</param>
internal sealed record AnsweredCall(
    LeaseCallKind Kind, IReadOnlyList<LeaseEntry> Entries, IReadOnlyList<EntryAnswer> Answers, string? Problem)
{
    /// <summary>Whether SQS refused the call as a whole: the reason is not in its messages.</summary>
    public bool IsRefused { get; } = Answers.All(x => x == EntryAnswer.RefusedForNow);

    /// <summary>Whether a refused call says that SQS is away, and not that something must be corrected.</summary>
    public bool IsAway { get; init; } = true;
}
