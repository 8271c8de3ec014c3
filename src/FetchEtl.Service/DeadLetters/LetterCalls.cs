using System.Globalization;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// The calls of the verbs on dead letters. What SQS refuses for the moment is tried again, after a growing delay with
/// jitter. No call is cancelled: its outcome would be unknown.
/// </summary>
/// <param name="client">The SDK's client, which repeats a failed call by itself a few times.</param>
/// <param name="time">The clock of the delays.</param>
/// <param name="random">The jitter.</param>
internal sealed class LetterCalls(IAmazonSQS client, TimeProvider time, Random random)
{
    private readonly CallRetries _retries = new(time, random);

    /// <summary>How long a receive waits for the first message: a long poll asks all servers of SQS.</summary>
    public int WaitSeconds { get; init; } = 1;

    /// <summary>Receives up to ten messages.</summary>
    /// <returns>Null where SQS has too many messages of the queue in flight.</returns>
    /// <exception cref="UsageException">SQS refuses, now or for good.</exception>
    public async Task<IReadOnlyList<Message>?> ReceiveAsync(string queueUrl, TimeSpan visibility)
    {
        var request = new ReceiveMessageRequest(queueUrl)
        {
            MaxNumberOfMessages = SqsLimits.EntriesPerCall,
            WaitTimeSeconds = WaitSeconds,
            VisibilityTimeout = (int)visibility.TotalSeconds,
            MessageSystemAttributeNames = ["All"],
            MessageAttributeNames = ["All"],
        };
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var messages = (await client.ReceiveMessageAsync(request, CancellationToken.None)).Messages ?? [];
                return [.. messages.Where(x => x is { MessageId: not null, ReceiptHandle: not null, Body: not null })];
            }
            catch (OverLimitException)
            {
                return null;
            }
            catch (Exception exception)
                when (CallRetries.IsOfCall(exception)
                    && SqsErrors.IsTransient(exception) && attempt < CallRetries.MaxAttempts)
            {
                await _retries.DelayAsync(attempt, CancellationToken.None);
            }
            catch (AmazonServiceException exception)
            {
                throw new UsageException(
                    $"no letter can be received: {SqsErrors.Describe(exception, "sqs:ReceiveMessage")}.");
            }
        }
    }

    /// <summary>Sends messages. Their ids are set here.</summary>
    public Task<LetterAnswers> SendAsync(string queueUrl, IReadOnlyList<SendMessageBatchRequestEntry> messages) =>
        CallAsync(messages, "sqs:SendMessage", async (entries, ids) =>
        {
            foreach (var (entry, id) in entries.Zip(ids))
            {
                entry.Id = id;
            }

            return (await client.SendMessageBatchAsync(queueUrl, [.. entries], CancellationToken.None)).Failed;
        });

    /// <summary>Deletes messages by their receipt handles.</summary>
    public Task<LetterAnswers> DeleteAsync(string queueUrl, IReadOnlyList<string> handles) =>
        CallAsync(handles, "sqs:DeleteMessage", async (entries, ids) => (await client.DeleteMessageBatchAsync(
            queueUrl,
            [.. entries.Zip(ids, (handle, id) => new DeleteMessageBatchRequestEntry(id, handle))],
            CancellationToken.None)).Failed);

    /// <summary>Makes messages visible again.</summary>
    public Task<LetterAnswers> ReturnAsync(string queueUrl, IReadOnlyList<string> handles) => CallAsync(
        handles,
        "sqs:ChangeMessageVisibility",
        async (entries, ids) => (await client.ChangeMessageVisibilityBatchAsync(
            queueUrl,
            [
                .. entries.Zip(ids, (handle, id) =>
                    new ChangeMessageVisibilityBatchRequestEntry(id, handle) { VisibilityTimeout = 0 }),
            ],
            CancellationToken.None)).Failed);

    private async Task<LetterAnswers> CallAsync<T>(
        IReadOnlyList<T> items,
        string permission,
        Func<IReadOnlyList<T>, IReadOnlyList<string>, Task<List<BatchResultErrorEntry>?>> call)
    {
        var refusals = new string?[items.Count];
        var open = Enumerable.Range(0, items.Count).ToList();
        for (var attempt = 1; ; attempt++)
        {
            var problem = await TryAsync();
            if (open.Count == 0)
            {
                return new LetterAnswers(refusals, Problem: null);
            }

            if (problem.IsLasting || attempt == CallRetries.MaxAttempts)
            {
                open.ForEach(index => refusals[index] = problem.Text);
                return new LetterAnswers(refusals, problem.Text);
            }

            await _retries.DelayAsync(attempt, CancellationToken.None);
        }

        async Task<(string Text, bool IsLasting)> TryAsync()
        {
            List<BatchResultErrorEntry> failed;
            try
            {
                failed = await call(
                    [.. open.Select(index => items[index])],
                    [.. open.Select(index => index.ToString(CultureInfo.InvariantCulture))]) ?? [];
            }
            catch (Exception exception) when (CallRetries.IsOfCall(exception))
            {
                return (SqsErrors.Describe(exception, permission), !SqsErrors.IsTransient(exception));
            }

            open.Clear();
            foreach (var entry in failed)
            {
                var index = int.Parse(entry.Id, CultureInfo.InvariantCulture);
                if (CallRetries.IsTransient(entry))
                {
                    open.Add(index);
                }
                else
                {
                    refusals[index] = entry.Code;
                }
            }

            return ($"SQS refuses messages ({(failed is [var first, ..] ? first.Code : null)})", IsLasting: false);
        }
    }
}

/// <summary>How SQS answered the entries of a call.</summary>
/// <param name="Refusals">Why each was refused; null where it was accepted.</param>
/// <param name="Problem">Why the next call would fail as well; null where it may succeed.</param>
internal sealed record LetterAnswers(IReadOnlyList<string?> Refusals, string? Problem);
