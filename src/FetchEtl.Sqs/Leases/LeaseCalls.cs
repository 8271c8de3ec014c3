using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs;

/// <summary>
/// The calls that leases need, up to ten messages each. A call never throws: it ends with an answer to each entry.
/// </summary>
/// <param name="client">SQS.</param>
/// <param name="queueUrl">The queue that the messages were received from.</param>
/// <param name="deadLetters">The queue for messages that can never be consumed.</param>
/// <param name="metrics">Records the calls.</param>
/// <param name="time">The clock of the calls' time limits.</param>
internal sealed class LeaseCalls(
    IAmazonSQS client, string queueUrl, DeadLetterQueue deadLetters, QueueMetrics metrics, TimeProvider time)
{
    /// <summary>
    /// A call that takes longer is cancelled and counts as refused, so that it delays nothing but itself.
    /// </summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Hides messages for longer.</summary>
    /// <param name="entries">The messages.</param>
    /// <param name="limit">A hanging call must end before the next renewal is due.</param>
    /// <param name="cancelled">Ends the call at once.</param>
    public Task<AnsweredCall> RenewAsync(
        IReadOnlyList<LeaseEntry> entries, TimeSpan limit, CancellationToken cancelled) =>
        ChangeVisibilityAsync(LeaseCallKind.Renewal, entries, Durations.Min(limit, Limit), cancelled);

    /// <summary>Makes messages visible again.</summary>
    public Task<AnsweredCall> ReturnAsync(IReadOnlyList<LeaseEntry> entries) =>
        ChangeVisibilityAsync(LeaseCallKind.Return, entries, Limit);

    /// <summary>Deletes messages.</summary>
    public Task<AnsweredCall> DeleteAsync(IReadOnlyList<LeaseEntry> entries) => CallAsync(
        LeaseCallKind.Delete,
        entries,
        "sqs:DeleteMessage",
        async limit => (await client.DeleteMessageBatchAsync(
            queueUrl,
            Map(entries, (entry, id) => new DeleteMessageBatchRequestEntry(id, entry.ReceiptHandle)),
            limit)).Failed,
        Limit);

    /// <summary>Sends dead letters.</summary>
    public Task<AnsweredCall> SendDeadLettersAsync(IReadOnlyList<LeaseEntry> entries) => CallAsync(
        LeaseCallKind.DeadLetter,
        entries,
        "sqs:SendMessage",
        async limit => (await client.SendMessageBatchAsync(deadLetters.Url, Map(entries, ToEntry), limit)).Failed,
        Limit);

    private Task<AnsweredCall> ChangeVisibilityAsync(
        LeaseCallKind kind,
        IReadOnlyList<LeaseEntry> entries,
        TimeSpan longest,
        CancellationToken cancelled = default) => CallAsync(
        kind,
        entries,
        "sqs:ChangeMessageVisibility",
        async limit => (await client.ChangeMessageVisibilityBatchAsync(
            queueUrl,
            Map(entries, (entry, id) => new ChangeMessageVisibilityBatchRequestEntry(id, entry.ReceiptHandle)
            {
                VisibilityTimeout = (int)entry.Time!.Value.TotalSeconds,
            }),
            limit)).Failed,
        longest,
        cancelled);

    private async Task<AnsweredCall> CallAsync(
        LeaseCallKind kind,
        IReadOnlyList<LeaseEntry> entries,
        string permission,
        Func<CancellationToken, Task<List<BatchResultErrorEntry>?>> call,
        TimeSpan limit,
        CancellationToken cancelled = default)
    {
        var answers = new EntryAnswer[entries.Count];
        var begun = metrics.CallBegins();
        try
        {
            using var timeout = new CancellationTokenSource(limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancelled);
            var refused = await call(either.Token);
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
            return new AnsweredCall(kind, entries, answers, SqsErrors.Describe(exception, permission))
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

    private static SendMessageBatchRequestEntry ToEntry(LeaseEntry entry, string id)
    {
        entry.DeadLetter!.Entry.Id = id;
        return entry.DeadLetter.Entry;
    }

    /// <summary>An entry's id is its index.</summary>
    private static List<T> Map<T>(IReadOnlyList<LeaseEntry> entries, Func<LeaseEntry, string, T> map) =>
        [.. entries.Select((entry, i) => map(entry, i.ToString()))];
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
