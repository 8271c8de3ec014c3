using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>The calls that a lease needs, ten messages each. A call never throws: it ends with an answer to each entry.</summary>
/// <param name="client">SQS.</param>
/// <param name="queueUrl">The queue received from.</param>
/// <param name="deadLetters">The queue for messages that can never be consumed.</param>
/// <param name="time">The clock of the calls' time limits.</param>
internal sealed class LeaseCalls(IAmazonSQS client, string queueUrl, DeadLetterQueue deadLetters, TimeProvider time)
{
    /// <summary>A call that hangs for longer is given up, so that it delays nothing but itself.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Hides messages for longer. A call that hangs must not keep the next renewal waiting: hence its own limit.</summary>
    public Task<AnsweredCall> RenewAsync(IReadOnlyList<LeaseEntry> entries, TimeSpan limit, CancellationToken cancelled) =>
        CallAsync(LeaseCallKind.Renewal, entries, ChangeVisibilityAsync, limit < Limit ? limit : Limit, cancelled);

    /// <summary>Makes messages visible again.</summary>
    public Task<AnsweredCall> ReturnAsync(IReadOnlyList<LeaseEntry> entries) =>
        CallAsync(LeaseCallKind.Settlement, entries, ChangeVisibilityAsync, Limit);

    /// <summary>Deletes messages.</summary>
    public Task<AnsweredCall> DeleteAsync(IReadOnlyList<LeaseEntry> entries) =>
        CallAsync(LeaseCallKind.Settlement, entries, DeleteAsync, Limit);

    /// <summary>Sends dead letters.</summary>
    public Task<AnsweredCall> SendDeadLettersAsync(IReadOnlyList<LeaseEntry> entries) =>
        CallAsync(LeaseCallKind.DeadLetter, entries, SendAsync, Limit);

    private async Task<AnsweredCall> CallAsync(
        LeaseCallKind kind,
        IReadOnlyList<LeaseEntry> entries,
        Func<IReadOnlyList<LeaseEntry>, CancellationToken, Task<List<BatchResultErrorEntry>?>> call,
        TimeSpan limit,
        CancellationToken cancelled = default)
    {
        var answers = new EntryAnswer[entries.Count];
        try
        {
            using var timeout = new CancellationTokenSource(limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancelled);
            var refused = await call(entries, either.Token);
            foreach (var entry in refused ?? [])
            {
                answers[int.Parse(entry.Id)] = SqsErrors.IsTransient(entry.Code, entry.SenderFault ?? false)
                    ? EntryAnswer.RefusedForNow
                    : EntryAnswer.RefusedForGood;
            }

            return new AnsweredCall(kind, entries, answers, refused is [var first, ..] ? first.Code : null);
        }
        catch (Exception exception)
        {
            // A refused call says nothing about its messages, whatever the reason: SQS is away, throttles, or lacks a right.
            Array.Fill(answers, EntryAnswer.RefusedForNow);
            return new AnsweredCall(kind, entries, answers, SqsErrors.Describe(exception));
        }
    }

    private async Task<List<BatchResultErrorEntry>?> ChangeVisibilityAsync(IReadOnlyList<LeaseEntry> entries, CancellationToken limit)
    {
        var request = new ChangeMessageVisibilityBatchRequest
        {
            QueueUrl = queueUrl,
            Entries = Map(entries, (entry, id) => new ChangeMessageVisibilityBatchRequestEntry(id, entry.ReceiptHandle)
            {
                VisibilityTimeout = (int)entry.Time!.Value.TotalSeconds,
            }),
        };
        return (await client.ChangeMessageVisibilityBatchAsync(request, limit)).Failed;
    }

    private async Task<List<BatchResultErrorEntry>?> DeleteAsync(IReadOnlyList<LeaseEntry> entries, CancellationToken limit)
    {
        var request = new DeleteMessageBatchRequest
        {
            QueueUrl = queueUrl,
            Entries = Map(entries, (entry, id) => new DeleteMessageBatchRequestEntry(id, entry.ReceiptHandle)),
        };
        return (await client.DeleteMessageBatchAsync(request, limit)).Failed;
    }

    private async Task<List<BatchResultErrorEntry>?> SendAsync(IReadOnlyList<LeaseEntry> entries, CancellationToken limit)
    {
        var request = new SendMessageBatchRequest
        {
            QueueUrl = deadLetters.Url,
            Entries = Map(entries, (entry, id) =>
            {
                entry.DeadLetter!.Entry.Id = id;
                return entry.DeadLetter.Entry;
            }),
        };
        return (await client.SendMessageBatchAsync(request, limit)).Failed;
    }

    private static List<T> Map<T>(IReadOnlyList<LeaseEntry> entries, Func<LeaseEntry, string, T> map)
    {
        var list = new List<T>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            list.Add(map(entries[i], i.ToString()));
        }

        return list;
    }
}
