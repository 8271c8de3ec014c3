using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// Sends message bodies to a queue: ten a call, a few calls in parallel. What SQS refuses for the moment is sent again,
/// after a growing delay with jitter.
/// </summary>
/// <param name="client">The SDK's client, which repeats a failed call by itself a few times.</param>
/// <param name="time">The clock of the delays.</param>
/// <param name="random">The jitter.</param>
internal sealed class MessageSender(IAmazonSQS client, TimeProvider time, Random random)
{
    private const int ParallelCalls = 4;

    private readonly CallRetries _retries = new(time, random);

    /// <summary>Sends all bodies, in no particular order.</summary>
    /// <param name="queueUrl">The queue.</param>
    /// <param name="bodies">The messages.</param>
    /// <param name="sent">Called with the number of messages that SQS accepted, for each call.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    /// <exception cref="MessageRefusedException">SQS did not accept all messages.</exception>
    public async Task SendAsync(
        string queueUrl, IEnumerable<string> bodies, Action<int> sent, CancellationToken cancellationToken)
    {
        var lines = bodies.Select((body, index) => new MessageLine(index + 1, body)).ToAsyncEnumerable();
        var result = await SendAsync(queueUrl, lines, LineRanges.All, sent, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var reason = result.Problem ?? result.Refused.Select(line => line.Reason).FirstOrDefault();
        if (reason is not null)
        {
            throw new MessageRefusedException($"SQS accepted {result.Sent} messages, and not all: {reason}.");
        }
    }

    /// <summary>Sends lines until their end, until SQS accepts none any more, or until it is cancelled.</summary>
    /// <param name="queueUrl">The queue.</param>
    /// <param name="lines">The messages.</param>
    /// <param name="wanted">Which of them to send.</param>
    /// <param name="sent">Called with the number of messages that SQS accepted, for each call.</param>
    /// <param name="cancellationToken">Stops it. Calls that run are awaited, so the result is exact.</param>
    /// <returns>What was sent, and what is left.</returns>
    public async Task<SendResult> SendAsync(
        string queueUrl,
        IAsyncEnumerable<MessageLine> lines,
        LineRanges wanted,
        Action<int> sent,
        CancellationToken cancellationToken)
    {
        var ledger = new SendLedger(wanted);
        try
        {
            await Parallel.ForEachAsync(
                BatchesAsync(lines, ledger, cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = ParallelCalls },
                async (batch, _) => await SendAsync(queueUrl, batch, ledger, sent, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What is left shows in the result.
        }

        return ledger.End();
    }

    private async Task SendAsync(
        string queueUrl,
        List<MessageLine> batch,
        SendLedger ledger,
        Action<int> sent,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; batch.Count > 0; attempt++)
        {
            var (left, problem) = await TrySendAsync(queueUrl, batch, ledger, sent);
            batch = left;
            if (batch.Count > 0 && problem.IsMessages)
            {
                await FindRefusedAsync(queueUrl, batch, problem.Text, ledger, sent, cancellationToken);
                return;
            }

            if (batch.Count > 0 && (problem.IsLasting || attempt == CallRetries.MaxAttempts))
            {
                ledger.Failed(problem.Text);
                return;
            }

            if (batch.Count > 0)
            {
                await _retries.DelayAsync(attempt, cancellationToken);
            }
        }
    }

    /// <summary>SQS rejects a call for a message in it, and does not say which.</summary>
    private async Task FindRefusedAsync(
        string queueUrl,
        List<MessageLine> batch,
        string problem,
        SendLedger ledger,
        Action<int> sent,
        CancellationToken cancellationToken)
    {
        if (batch is [var only])
        {
            ledger.Refused(only.Number, $"SQS rejects it ({problem})");
            return;
        }

        foreach (var line in batch)
        {
            await SendAsync(queueUrl, [line], ledger, sent, cancellationToken);
        }
    }

    /// <summary>Makes one call, which is never cancelled: its outcome would be unknown.</summary>
    /// <returns>The lines to send again, and why.</returns>
    private async Task<(List<MessageLine> Left, CallProblem Problem)> TrySendAsync(
        string queueUrl, List<MessageLine> batch, SendLedger ledger, Action<int> sent)
    {
        var entries = batch
            .Select((line, index) => new SendMessageBatchRequestEntry(
                index.ToString(CultureInfo.InvariantCulture), line.Body))
            .ToList();
        List<BatchResultErrorEntry> failed;
        try
        {
            var request = new SendMessageBatchRequest(queueUrl, entries);
            failed = (await client.SendMessageBatchAsync(request, CancellationToken.None)).Failed ?? [];
        }
        catch (Exception exception) when (CallRetries.IsOfCall(exception))
        {
            var code = (exception as AmazonServiceException)?.ErrorCode ?? string.Empty;
            return (batch, new CallProblem(
                SqsErrors.Describe(exception),
                !SqsErrors.IsTransient(exception),
                code.EndsWith("InvalidParameterValue", StringComparison.Ordinal)
                    || code.EndsWith("InvalidMessageContents", StringComparison.Ordinal)));
        }

        var refused = failed.ToDictionary(entry => entry.Id, StringComparer.Ordinal);
        var accepted = batch.Where((_, index) => !refused.ContainsKey(entries[index].Id)).ToList();
        ledger.Sent(accepted.Select(line => line.Number));
        sent(accepted.Count);
        var left = new List<MessageLine>();
        foreach (var (line, entry) in batch.Zip(entries))
        {
            if (!refused.TryGetValue(entry.Id, out var failure))
            {
                continue;
            }

            if (CallRetries.IsTransient(failure))
            {
                left.Add(line);
            }
            else
            {
                ledger.Refused(line.Number, $"SQS rejects it ({failure.Code})");
            }
        }

        var reason = left.Count > 0 ? failed.First(CallRetries.IsTransient).Code : null;
        return (left, new CallProblem($"SQS refuses messages ({reason})", IsLasting: false, IsMessages: false));
    }

    private static async IAsyncEnumerable<List<MessageLine>> BatchesAsync(
        IAsyncEnumerable<MessageLine> lines,
        SendLedger ledger,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<MessageLine>(SqsLimits.EntriesPerCall);
        var bytes = 0;
        var end = 0L;
        var isEnded = true;
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            // Generated lines never wait, so nothing else would notice the stop.
            cancellationToken.ThrowIfCancellationRequested();
            if (line.Number > ledger.Wanted.Last)
            {
                isEnded = false;
                break;
            }

            end = line.Number;
            if (!ledger.Wanted.Contains(line.Number))
            {
                continue;
            }

            ledger.Opened(line.Number);
            if (line.Body is null)
            {
                ledger.Refused(line.Number, line.Problem!);
                continue;
            }

            var length = Encoding.UTF8.GetByteCount(line.Body);
            if (batch.Count == SqsLimits.EntriesPerCall || (batch.Count > 0 && bytes + length > SqsLimits.CallBytes))
            {
                yield return batch;
                batch = new List<MessageLine>(SqsLimits.EntriesPerCall);
                bytes = 0;
            }

            if (ledger.HasProblem)
            {
                yield break;
            }

            batch.Add(line);
            bytes += length;
        }

        ledger.Read(isEnded ? end : null);
        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>Why a call did not succeed.</summary>
    /// <param name="Text">The reason, without a body.</param>
    /// <param name="IsLasting">Whether the same call cannot succeed later either.</param>
    /// <param name="IsMessages">Whether a message of the call is at fault.</param>
    private readonly record struct CallProblem(string Text, bool IsLasting, bool IsMessages);
}
