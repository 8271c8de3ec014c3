using System.CommandLine;
using System.Text.Json;

namespace FetchEtl.Service;

/// <summary>Deletes dead letters.</summary>
internal static class DeadPurgeCommand
{
    private static readonly DeadArguments Arguments = new();

    private static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask before letters are deleted." };

    public static Command Create() => Verb.Create(
        "purge",
        "Deletes the dead letters that match, and no others. That cannot be undone, so it asks first. Exit code 3: "
        + "some matching letters stay.",
        RunAsync,
        Arguments.Reason, Arguments.Id, Arguments.Older, Arguments.Newer, Arguments.Limit, Arguments.DryRun, Yes,
        Arguments.Force, Arguments.Json).WithExamples("fetch-etl dead purge --reason 'is not JSON' --older 3d");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var filter = Arguments.Filter(parsed);
        var (isDryRun, isSure) = (parsed.GetValue(Arguments.DryRun), parsed.GetValue(Yes));
        var asks = !isDryRun && !isSure;
        var consent = new Consent("purge", "deletes letters", "delete them", "Nothing was deleted.");
        if (asks)
        {
            consent.RequireTerminal();
        }

        using var host = DeadHost.Create(settings, needsKeys: false, cancellationToken);
        var queue = (await host.FindQueueAsync(cancellationToken)).RefusePolicy(parsed.GetValue(Arguments.Force));
        var report = new LetterReport(host.Time.GetUtcNow());
        var purger = new Purger(host.Calls, host.Redrive, filter, host.Time);
        var (total, isDeclined) = (0L, false);

        PassEnd end;
        try
        {
            // A question cannot stand beside a progress bar.
            end = await LetterProgressBar.RunAsync(queue, asks || parsed.GetValue(Arguments.Json), seen =>
                purger.RunAsync(
                    queue,
                    isSure && !isDryRun ? null : AgreeAsync,
                    count =>
                    {
                        total += count;
                        seen(count);
                    },
                    cancellationToken));
        }
        catch (Exception exception) when (ErrorText.Of(exception) is { } lines)
        {
            // What was deleted until then is still reported.
            purger.Problem = string.Join(' ', lines);
            end = new PassEnd(PassEnding.Ended, Hidden: 0);
        }

        isDeclined |= asks && end.Ending == PassEnding.Stopped && purger.Deleted == 0;
        var isLeft = PassReport.Write(end, queue, total);
        PassReport.SayIfNone(filter, purger.Matched.Count, total);
        if (parsed.GetValue(Arguments.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new PurgeJson(
                    queue.Name, isDryRun, purger.Matched.Count, purger.Deleted, purger.OfOtherQueues,
                    report.ToJson(purger.Matched.All), end.Ending == PassEnding.Complete && !isLeft, purger.Problem),
                DeadJson.Default.PurgeJson));
        }
        else if (!isDeclined)
        {
            Write(purger, queue, report, total, filter.Limit, isDryRun, asks);
        }

        if (isDeclined)
        {
            StandardError.WriteLine("fetch-etl: nothing was deleted.");
            return cancellationToken.IsCancellationRequested ? Verb.Interrupted : Verb.Failed;
        }

        return End(purger, end, isDryRun, isLeft);

        async Task<bool> AgreeAsync()
        {
            if (isDryRun)
            {
                return false;
            }

            if (!parsed.GetValue(Arguments.Json))
            {
                report.WriteGroups(purger.Matched.All);
            }

            StandardError.WriteLine(
                $"fetch-etl: {Words.Number(purger.Matched.Count)} letters of {queue.Name} will be deleted. This "
                + "cannot be undone.");
            try
            {
                isDeclined = !await consent.AskAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Ctrl+C is the answer.
                isDeclined = true;
            }

            return !isDeclined;
        }
    }

    private static void Write(
        Purger purger, LetterQueue queue, LetterReport report, long total, long? limit, bool isDryRun, bool wasAsked)
    {
        if (!wasAsked && purger.Matched.Count > 0)
        {
            report.WriteGroups(purger.Matched.All);
        }

        var matched = Words.Number(purger.Matched.Count);
        var share = PassReport.Share(purger.Matched.Count, total, purger.Matched.Count == limit);
        Console.WriteLine(isDryRun
            ? $"{share} of {queue.Name} would be deleted. Nothing was changed."
            : $"{Words.Number(purger.Deleted)} of {matched} matching letters of {queue.Name} were deleted.");
    }

    private static int End(Purger purger, PassEnd end, bool isDryRun, bool isLeft)
    {
        if (purger.OfOtherQueues > 0)
        {
            StandardError.WriteLine(
                $"fetch-etl: {Words.Number(purger.OfOtherQueues)} matching letters came from another queue and "
                + "stay. Remedy: name that one in Sqs:QueueName.");
        }

        if (purger.Problem is { } problem)
        {
            StandardError.WriteLine($"fetch-etl: not all were deleted: {problem.TrimEnd('.')}.");
            return Verb.Failed;
        }

        var stays = purger.OfOtherQueues > 0 || (!isDryRun && purger.Deleted < purger.Matched.Count);
        return end.Ending == PassEnding.Stopped ? Verb.Interrupted
            : isLeft || stays ? Verb.LeftBehind
            : Verb.Succeeded;
    }
}
