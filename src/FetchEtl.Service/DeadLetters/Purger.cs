using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// Deletes the letters that a filter selects. It holds them until the operator agrees, and deletes no other letter.
/// </summary>
/// <param name="calls">SQS.</param>
/// <param name="redrive">Reads letters.</param>
/// <param name="filter">What to delete.</param>
/// <param name="time">The clock of ages.</param>
internal sealed class Purger(LetterCalls calls, DeadLetterRedrive redrive, LetterFilter filter, TimeProvider time)
{
    private readonly List<string> _matched = [];

    /// <summary>The letters that match.</summary>
    public LetterGroups Matched { get; } = new();

    /// <summary>The letters that match and came from another queue, which are not touched.</summary>
    public long OfOtherQueues { get; private set; }

    public long Deleted { get; private set; }

    /// <summary>Why SQS deletes no more; null where it does.</summary>
    public string? Problem { get; set; }

    /// <summary>Goes through the queue once.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="agree">
    /// Asks, once all matching letters are known; false deletes nothing. Null deletes them as they come, however many
    /// there are.
    /// </param>
    /// <param name="seen">Called with the number of new letters of each receive.</param>
    /// <param name="cancellationToken">Ends the pass between calls.</param>
    public async Task<PassEnd> RunAsync(
        LetterQueue queue, Func<Task<bool>>? agree, Action<int> seen, CancellationToken cancellationToken)
    {
        var pass = new LetterPass(calls, queue, redrive);
        return await pass.RunAsync(
            async letters =>
            {
                var isWanted = Choose(letters);
                return (agree is not null || await DeleteAsync(queue, pass.Held, cancellationToken)) && isWanted;
            },
            async () =>
            {
                var isAsked = agree is not null && _matched.Count > 0 && !cancellationToken.IsCancellationRequested;
                if (isAsked && await agree!())
                {
                    await DeleteAsync(queue, pass.Held, cancellationToken);
                }
            },
            seen,
            cancellationToken);
    }

    /// <returns>Whether SQS deletes more.</returns>
    private async Task<bool> DeleteAsync(LetterQueue queue, HeldLetters held, CancellationToken cancellationToken)
    {
        foreach (var ids in _matched.Chunk(SqsLimits.EntriesPerCall))
        {
            var answers = await calls.DeleteAsync(queue.Url, [.. ids.Select(held.HandleOf)]);
            foreach (var (id, refusal) in ids.Zip(answers.Refusals))
            {
                if (refusal is null)
                {
                    held.Remove(id);
                    Deleted++;
                }

                Problem ??= refusal;
            }

            if (answers.Problem is not null || cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }

        _matched.Clear();
        return true;
    }

    /// <returns>Whether more letters are wanted.</returns>
    private bool Choose(IReadOnlyList<ReceivedLetter> letters)
    {
        foreach (var (letter, _) in letters.Where(x => filter.Matches(x.Letter, time.GetUtcNow())))
        {
            if (letter.IsFromOtherQueue)
            {
                OfOtherQueues++;
            }
            else if (Matched.Count < (filter.Limit ?? long.MaxValue))
            {
                Matched.Add(letter);
                _matched.Add(letter.Id);
            }
        }

        return Matched.Count < (filter.Limit ?? long.MaxValue);
    }
}
