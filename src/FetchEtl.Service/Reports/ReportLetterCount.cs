using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Counts the letters of the dead-letter queue for a report, as <c>dead list</c> does.</summary>
internal static class ReportLetterCount
{
    /// <summary>
    /// What a report says of a queue that could not be read. It is sent on, and SQS's own text names accounts, roles
    /// and hosts: that text goes to standard error only.
    /// </summary>
    public const string NotRead = "The dead-letter queue could not be read.";

    /// <summary>How long a queue may take to be found. A report goes on without it.</summary>
    private static readonly TimeSpan FindLimit = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Reads the queue that the settings name. Where it cannot be read, the result says so, and standard error why.
    /// </summary>
    /// <exception cref="VerbStoppedException">A signal ended the reading.</exception>
    public static async Task<ReportLetters> ReadAsync(
        string[] settings, ReportPlan plan, CancellationToken cancellationToken)
    {
        string? name = null;
        try
        {
            using var host = DeadHost.Create(settings, needsKeys: false, cancellationToken);
            name = host.Settings.DeadLetterQueue;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(FindLimit);
            var queue = (await host.FindQueueAsync(limit.Token)).RefusePolicy(force: false);
            var (groups, seen) = (new LetterGroups(), 0L);
            var end = await LetterProgressBar.RunAsync(queue, isQuiet: false, progress =>
                new LetterPass(host.Calls, queue, host.Redrive).RunAsync(
                    letters =>
                    {
                        letters.ToList().ForEach(letter => groups.Add(letter.Letter));
                        return Task.FromResult(true);
                    },
                    static () => Task.CompletedTask,
                    count =>
                    {
                        seen += count;
                        progress(count);
                    },
                    cancellationToken));
            var isLeft = PassReport.Write(end, queue, seen);
            return end.Ending == PassEnding.Stopped
                ? throw new VerbStoppedException("stopped before the end. Letters in hand are visible again.")
                : Merge(name, groups.All, seen, end.Ending == PassEnding.Complete && !isLeft, plan);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unread(name, $"SQS did not answer within {FindLimit.TotalSeconds:0} s.");
        }
        catch (Exception exception)
            when (!cancellationToken.IsCancellationRequested && ErrorText.Of(exception) is { } lines)
        {
            return Unread(name, string.Join(' ', lines));
        }
    }

    /// <summary>
    /// Names the reasons of at least <c>--min-k</c> letters, since each letter is a login of one person at most. The
    /// next larger reason is merged too where the small ones would stand alone, or are too few together.
    /// </summary>
    internal static ReportLetters Merge(
        string queue, IReadOnlyList<LetterGroup> groups, long count, bool allSeen, ReportPlan plan)
    {
        var minK = plan.MinK > 1 ? plan.MinK : 0;
        if (count > 0 && count < minK)
        {
            return new ReportLetters(queue, Count: null, allSeen, new ReportList([], Other: null), Problem: null);
        }

        var small = groups.Where(group => group.Count < minK).ToList();
        var hidden = small.Count == 0 || (small.Count > 1 && small.Sum(group => group.Count) >= minK)
            ? small.Count
            : small.Count + 1;
        var named = groups.Take(Math.Min(plan.Top, groups.Count - hidden)).ToList();
        var others = groups.Skip(named.Count).ToList();
        return new ReportLetters(
            queue,
            count,
            allSeen,
            new ReportList(
                [.. named.Select(group => new ReportGroup(group.Reason.Text, group.Count))],
                others.Count == 0 ? null : new ReportOther(others.Count, others.Sum(group => group.Count))),
            Problem: null);
    }

    private static ReportLetters Unread(string? queue, string reason)
    {
        StandardError.WriteLine($"fetch-etl: {NotRead} {reason}");
        return new(queue, Count: null, AllSeen: false, new ReportList([], Other: null), NotRead);
    }
}
