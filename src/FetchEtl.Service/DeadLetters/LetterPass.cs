using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// Goes through a dead-letter queue once. SQS has no way to look at a message: each is received and hidden from
/// every consumer until the pass ends. What was not deleted is then released, also after a stop or an error.
/// </summary>
/// <param name="calls">SQS.</param>
/// <param name="queue">The queue.</param>
/// <param name="redrive">Reads letters.</param>
internal sealed class LetterPass(LetterCalls calls, LetterQueue queue, DeadLetterRedrive redrive)
{
    /// <summary>A long poll asks all servers of SQS, and may still miss a message that arrives meanwhile.</summary>
    private const int EmptyReceives = 2;

    /// <summary>Receives in a row that bring only letters that the pass holds: their timeouts have ended.</summary>
    private const int RepeatedReceives = 20;

    private const int ParallelReturns = 16;

    /// <summary>Letters that the pass has received and not removed.</summary>
    public HeldLetters Held { get; } = new();

    /// <summary>Runs until the queue brings nothing new.</summary>
    /// <param name="handle">
    /// Gets the new letters of each receive. Letters that it has deleted it removes from <see cref="Held"/>. It returns
    /// false to end the pass.
    /// </param>
    /// <param name="finish">Runs at the end, while the letters are still held.</param>
    /// <param name="seen">Called with the number of new letters of each receive.</param>
    /// <param name="cancellationToken">Ends the pass between calls.</param>
    public async Task<PassEnd> RunAsync(
        Func<IReadOnlyList<ReceivedLetter>, Task<bool>> handle,
        Func<Task> finish,
        Action<int> seen,
        CancellationToken cancellationToken)
    {
        long returned;
        var end = PassEnding.Complete;
        try
        {
            end = await ReceiveAsync(handle, seen, cancellationToken);
            await finish();
        }
        finally
        {
            returned = await ReturnAsync();
        }

        return new PassEnd(end, Held.Count - returned);
    }

    private async Task<PassEnding> ReceiveAsync(
        Func<IReadOnlyList<ReceivedLetter>, Task<bool>> handle, Action<int> seen, CancellationToken cancellationToken)
    {
        for (int empty = 0, repeated = 0; empty < EmptyReceives && repeated < RepeatedReceives;)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return PassEnding.Stopped;
            }

            if (Held.Count >= queue.MostInFlight
                || await calls.ReceiveAsync(queue.Url, queue.Visibility) is not { } messages)
            {
                return PassEnding.TooManyInFlight;
            }

            var fresh = messages
                .Where(message => Held.Add(message.MessageId, message.ReceiptHandle))
                .Select(message => ReceivedLetter.Read(message, redrive))
                .ToList();
            empty = messages.Count == 0 ? empty + 1 : 0;
            repeated = messages.Count > 0 && fresh.Count == 0 ? repeated + 1 : 0;
            seen(fresh.Count);
            if (fresh.Count > 0 && !await handle(fresh))
            {
                return cancellationToken.IsCancellationRequested ? PassEnding.Stopped : PassEnding.Ended;
            }
        }

        return PassEnding.Complete;
    }

    /// <returns>How many letters are visible again.</returns>
    private async Task<long> ReturnAsync()
    {
        var returned = 0L;
        await Parallel.ForEachAsync(
            Held.Handles.Chunk(SqsLimits.EntriesPerCall),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelReturns },
            async (handles, _) =>
            {
                var answers = await calls.ReturnAsync(queue.Url, handles);
                Interlocked.Add(ref returned, answers.Refusals.Count(refusal => refusal is null));
            });
        return returned;
    }
}

/// <summary>How a pass ended.</summary>
/// <param name="Ending">Why.</param>
/// <param name="Hidden">Letters that SQS did not return: they are visible again when their timeout ends.</param>
internal sealed record PassEnd(PassEnding Ending, long Hidden);

/// <summary>Why a pass ended.</summary>
internal enum PassEnding
{
    /// <summary>The queue brought nothing new.</summary>
    Complete,

    /// <summary>What it looked for was found, or SQS refuses to go on.</summary>
    Ended,

    /// <summary>A signal.</summary>
    Stopped,

    /// <summary>SQS allows no more messages of one queue in flight.</summary>
    TooManyInFlight,
}
