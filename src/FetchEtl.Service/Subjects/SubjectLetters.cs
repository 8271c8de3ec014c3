using FetchEtl.Maintenance;
using FetchEtl.Masking;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// The dead letters whose field holds one of a person's values. Masks decide, so two spellings of an address are equal.
/// </summary>
/// <param name="host">SQS and the keys.</param>
/// <param name="queue">The queue.</param>
/// <param name="subject">The person.</param>
internal sealed class SubjectLetters(DeadHost host, LetterQueue queue, Subject subject)
{
    public string Queue => queue.Name;

    /// <summary>How many letters the last pass read.</summary>
    public long Read { get; private set; }

    /// <summary>How many of them are the person's.</summary>
    public long Matched { get; private set; }

    /// <summary>How many of those came from another queue, and so are not deleted.</summary>
    public long OfOtherQueues { get; private set; }

    /// <summary>How many letters point to S3, which is not read: they can be the person's.</summary>
    public long InS3 { get; private set; }

    public long Deleted { get; private set; }

    public DateTimeOffset? First { get; private set; }

    public DateTimeOffset? Last { get; private set; }

    /// <summary>Why SQS deletes no more; null where it does.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the last pass was stopped.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Goes through the queue once, and says on standard error what it could not see.</summary>
    /// <param name="deletes">Whether the letters are deleted.</param>
    /// <param name="found">Gets each letter; null for none.</param>
    /// <param name="cancellationToken">Ends the pass between calls.</param>
    /// <returns>Whether letters are left that it did not see, or did not delete.</returns>
    public async Task<bool> RunAsync(bool deletes, Action<ReceivedLetter>? found, CancellationToken cancellationToken)
    {
        (Read, Matched, OfOtherQueues, InS3, First, Last) = (0, 0, 0, 0, null, null);
        var pass = new LetterPass(host.Calls, queue, host.Redrive);
        var end = await LetterProgressBar.RunAsync(queue, isQuiet: false, seen => pass.RunAsync(
            letters => HandleAsync(pass, letters, deletes, found),
            static () => Task.CompletedTask,
            count =>
            {
                Read += count;
                seen(count);
            },
            cancellationToken));
        IsStopped = end.Ending == PassEnding.Stopped;
        var isLeft = PassReport.Write(end, queue, Read);
        if (InS3 > 0)
        {
            Warnings.Write(
                $"dead letters of {queue.Name} that point to S3, where nothing was read: {Words.Number(InS3)}. Their "
                + "objects can be this person's. Remedy: search the payload buckets for the person's values");
        }

        return isLeft || InS3 > 0 || Problem is not null || (deletes && OfOtherQueues > 0);
    }

    /// <summary>
    /// Whether a body's field holds one of a person's values, also one that has no look-alike. Wrappers are looked into
    /// whatever the settings say: they may have been others when the letter died.
    /// </summary>
    public static bool IsOf(Subject subject, string body) => SqsBody.Candidates(body)
        .SelectMany(content => MaskedBody.Read(content, subject.Comparer).Fields)
        .Any(field => field.Name == subject.Field.Name() && subject.Has(field.Mask));

    /// <summary>Whether a body, or what stands in its wrappers, points to an object in S3.</summary>
    public static bool IsInS3(string body) => SqsBody.Candidates(body).Any(SqsBody.IsPointer);

    private async Task<bool> HandleAsync(
        LetterPass pass, IReadOnlyList<ReceivedLetter> letters, bool deletes, Action<ReceivedLetter>? found)
    {
        var theirs = letters.Where(letter => IsOf(subject, letter.Message.Body)).ToList();
        InS3 += letters.Count(letter => IsInS3(letter.Message.Body));
        foreach (var letter in theirs)
        {
            Matched++;
            OfOtherQueues += letter.Letter.IsFromOtherQueue ? 1 : 0;
            First = First is null || letter.Letter.SentAt < First ? letter.Letter.SentAt : First;
            Last = Last is null || letter.Letter.SentAt > Last ? letter.Letter.SentAt : Last;
            found?.Invoke(letter);
        }

        return !deletes || await DeleteAsync(
            pass.Held, [.. theirs.Where(letter => !letter.Letter.IsFromOtherQueue).Select(letter => letter.Letter.Id)]);
    }

    /// <returns>Whether SQS deletes more.</returns>
    private async Task<bool> DeleteAsync(HeldLetters held, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0)
        {
            return true;
        }

        var answers = await host.Calls.DeleteAsync(queue.Url, [.. ids.Select(held.HandleOf)]);
        foreach (var (id, refusal) in ids.Zip(answers.Refusals))
        {
            if (refusal is null)
            {
                held.Remove(id);
                Deleted++;
            }

            Problem ??= refusal;
        }

        return answers.Problem is null;
    }
}
