using System.Security.Cryptography;
using System.Text;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// Sends dead letters back to their queue. A letter is deleted only after SQS has accepted its message, so nothing is
/// lost. A message that is sent twice, because a reply was lost or the letter was not deleted, keeps its identity and
/// is one row; without keys it has no identity to keep, and is two.
/// </summary>
/// <param name="calls">SQS.</param>
/// <param name="redrive">Creates the messages.</param>
/// <param name="rules">Select the letters.</param>
/// <param name="time">The clock of ages and of the rate.</param>
internal sealed class Redriver(LetterCalls calls, DeadLetterRedrive redrive, RedriveRules rules, TimeProvider time)
{
    private readonly DateTimeOffset _begunAt = time.GetUtcNow();
    private readonly long _begun = time.GetTimestamp();
    private readonly HashSet<Guid> _redriven = [];
    private readonly HashSet<string> _blockedGroups = new(StringComparer.Ordinal);

    /// <summary>What has happened so far.</summary>
    public RedriveResult Result { get; } = new();

    /// <summary>Goes through the queue once.</summary>
    /// <param name="queue">The dead-letter queue.</param>
    /// <param name="targetUrl">The queue that the letters go back to.</param>
    /// <param name="options">How.</param>
    /// <param name="seen">Called with the number of new letters of each receive.</param>
    /// <param name="cancellationToken">Ends the pass between calls.</param>
    public async Task<PassEnd> RunAsync(
        LetterQueue queue,
        string targetUrl,
        RedriveOptions options,
        Action<int> seen,
        CancellationToken cancellationToken)
    {
        var pass = new LetterPass(calls, queue, redrive);
        var pace = new Pace(options.PerSecond);
        return await pass.RunAsync(
            letters => HandleAsync(letters, queue, targetUrl, options, pace, pass.Held, cancellationToken),
            static () => Task.CompletedTask,
            seen,
            cancellationToken);
    }

    /// <returns>Whether the pass goes on.</returns>
    private async Task<bool> HandleAsync(
        IReadOnlyList<ReceivedLetter> letters,
        LetterQueue queue,
        string targetUrl,
        RedriveOptions options,
        Pace pace,
        HeldLetters held,
        CancellationToken cancellationToken)
    {
        var chosen = new List<PreparedLetter>();
        foreach (var received in letters)
        {
            var fate = Decide(received, queue.IsFifo, out var redriven);
            if (fate != LetterFate.Redrive)
            {
                Result.Add(fate, received.Letter);
            }
            else if (Result.Count(LetterFate.Redrive) + chosen.Count < (options.Limit ?? long.MaxValue))
            {
                chosen.Add(new PreparedLetter(received, redriven!));
            }
        }

        foreach (var call in RedriveRounds.Split(chosen, pace.MostTogether, queue.IsFifo))
        {
            if (options.IsDryRun)
            {
                Redriven(call);
                continue;
            }

            var wait = pace.Take(call.Count, time.GetElapsedTime(_begun));
            if (!await WaitAsync(wait, cancellationToken) || !await SendAsync(call, queue, targetUrl, held))
            {
                return false;
            }
        }

        return Result.Count(LetterFate.Redrive) < (options.Limit ?? long.MaxValue);
    }

    private LetterFate Decide(ReceivedLetter received, bool isFifo, out RedrivenMessage? redriven)
    {
        redriven = null;
        var letter = received.Letter;
        var fate = rules.Decide(letter, time.GetUtcNow());
        if (fate != LetterFate.Redrive)
        {
            return fate;
        }

        // The service may reject it again while the redrive goes on. Without keys only its time shows that.
        if (_redriven.Contains(KeyOf(letter)) || (!rules.HasKeys && letter.SentAt > _begunAt))
        {
            return LetterFate.CameBack;
        }

        redriven = redrive.Create(received.Message);
        return redriven is null ? LetterFate.TooLarge
            : isFifo && _blockedGroups.Contains(redriven.Entry.MessageGroupId) ? LetterFate.Refused
            : LetterFate.Redrive;
    }

    /// <summary>SQS's ids are UUIDs, which take less memory than texts; any other id is hashed.</summary>
    private static Guid KeyOf(Letter letter) => Guid.TryParse(letter.OriginalId, out var id)
        ? id
        : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(letter.OriginalId)).AsSpan(0, 16));

    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken);
            }

            return !cancellationToken.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <returns>Whether SQS accepts more.</returns>
    private async Task<bool> SendAsync(
        IReadOnlyList<PreparedLetter> call, LetterQueue queue, string targetUrl, HeldLetters held)
    {
        // On a FIFO queue an earlier letter of the group may just have been refused.
        var open = call.Where(x => !_blockedGroups.Contains(x.Redriven.Entry.MessageGroupId ?? string.Empty)).ToList();
        foreach (var blocked in call.Except(open))
        {
            Result.Add(LetterFate.Refused, blocked.Received.Letter);
        }

        if (open.Count == 0)
        {
            return true;
        }

        var sent = await calls.SendAsync(targetUrl, [.. open.Select(x => x.Redriven.Entry)]);
        var accepted = new List<PreparedLetter>();
        foreach (var (letter, refusal) in open.Zip(sent.Refusals))
        {
            if (refusal is null)
            {
                accepted.Add(letter);
                continue;
            }

            Result.Add(LetterFate.Refused, letter.Received.Letter);
            if (queue.IsFifo)
            {
                _blockedGroups.Add(letter.Redriven.Entry.MessageGroupId);
            }
        }

        Redriven(accepted);
        var deleted = accepted.Count == 0
            ? new LetterAnswers([], Problem: null)
            : await calls.DeleteAsync(
                queue.Url, [.. accepted.Select(x => held.HandleOf(x.Received.Letter.Id))]);
        foreach (var (letter, refusal) in accepted.Zip(deleted.Refusals))
        {
            if (refusal is null)
            {
                held.Remove(letter.Received.Letter.Id);
            }
            else
            {
                Result.Add(LetterFate.NotDeleted, letter.Received.Letter);
            }
        }

        Result.Problem = sent.Problem ?? deleted.Problem;
        return Result.Problem is null;
    }

    private void Redriven(IReadOnlyList<PreparedLetter> letters)
    {
        foreach (var (received, redriven) in letters)
        {
            _redriven.Add(KeyOf(received.Letter));
            Result.Add(LetterFate.Redrive, received.Letter);
            Result.LostAttributes += redriven.DroppedAttributes > 0 ? 1 : 0;
        }
    }
}

/// <summary>How letters are redriven.</summary>
/// <param name="PerSecond">At most so many a second; null for no limit.</param>
/// <param name="IsDryRun">Whether nothing is sent.</param>
/// <param name="Limit">At most so many; null for all.</param>
internal sealed record RedriveOptions(int? PerSecond, bool IsDryRun, long? Limit);
