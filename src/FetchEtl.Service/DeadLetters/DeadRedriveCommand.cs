using System.CommandLine;
using System.Text.Json;

namespace FetchEtl.Service;

/// <summary>Sends dead letters back to their queue.</summary>
internal static class DeadRedriveCommand
{
    private static readonly DeadArguments Arguments = new();

    private static readonly Option<int?> Rate = new("--rate")
    {
        Description = "At most so many messages a second. Without it, as fast as SQS accepts them.",
    };

    private static readonly Option<bool> Force = new("--force")
    {
        Description = "Redrive also what is here for the third time, or has no proved identity, and read the queue "
            + "although it has a redrive policy of its own.",
    };

    public static Command Create() => Verb.Create(
        "redrive",
        "Sends dead letters back to their queue. They keep their identity and date. What comes back a third time "
        + "stays, unless --id or --force selects it. Exit code 3: some matching letters stay.",
        RunAsync,
        Arguments.Reason, Arguments.Id, Arguments.Older, Arguments.Newer, Arguments.Limit, Rate, Arguments.DryRun,
        Force, Arguments.Json).WithExamples("fetch-etl dead redrive --reason app_version --rate 100 --dry-run");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var filter = Arguments.Filter(parsed);
        var rate = parsed.GetValue(Rate);
        if (rate is < 1 or > 10_000)
        {
            throw new UsageException("--rate must be 1 to 10000 messages a second.");
        }

        using var host = DeadHost.Create(settings, needsKeys: true, cancellationToken);
        var found = (await host.FindQueueAsync(cancellationToken)).RefusePolicy(parsed.GetValue(Force));
        var queue = found.At(rate);
        var target = await LetterQueue.FindUrlAsync(
            host.Client, host.Settings.QueueName, "Sqs:QueueName", cancellationToken);
        var options = new RedriveOptions(rate, parsed.GetValue(Arguments.DryRun), filter.Limit);
        var rules = new RedriveRules(filter, host.HasKeys, parsed.GetValue(Force));
        var redriver = new Redriver(host.Calls, host.Redrive, rules, host.Time);
        var now = host.Time.GetUtcNow();
        var total = 0L;
        PassEnd end;
        try
        {
            end = await LetterProgressBar.RunAsync(queue, parsed.GetValue(Arguments.Json), seen =>
                redriver.RunAsync(
                    queue,
                    target,
                    options,
                    count =>
                    {
                        total += count;
                        seen(count);
                    },
                    cancellationToken));
        }
        catch (Exception exception) when (ErrorText.Of(exception) is { } lines)
        {
            // What was sent until then is still reported.
            redriver.Result.Problem = string.Join(' ', lines);
            end = new PassEnd(PassEnding.Ended, Hidden: 0);
        }

        var isLeft = PassReport.Write(end, queue, total);
        var result = redriver.Result;
        PassReport.SayIfNone(filter, total - result.Count(LetterFate.Unmatched), total);
        if (parsed.GetValue(Arguments.Json))
        {
            WriteJson(host.Settings.QueueName, options, result, new LetterReport(now), end, isLeft);
        }
        else
        {
            Write(
                host.Settings.QueueName,
                options,
                result,
                new LetterReport(now),
                total,
                end.Ending == PassEnding.Stopped ? queue.Depth.Total : null);
        }

        return End(result, end, isLeft);
    }

    private static int End(RedriveResult result, PassEnd end, bool isLeft)
    {
        foreach (var (fate, _, text) in FateTexts.Left.Where(x => result.Count(x.Fate) > 0))
        {
            isLeft = true;
            StandardError.WriteLine($"fetch-etl: {Words.Number(result.Count(fate))} letters {text}.");
        }

        if (result.LostAttributes > 0)
        {
            StandardError.WriteLine(
                $"fetch-etl: warning: {Words.Number(result.LostAttributes)} messages had no room for all "
                + "attributes of their producer; the last ones gave way to those that keep the identity.");
        }

        if (result.Problem is { } problem)
        {
            StandardError.WriteLine($"fetch-etl: stopped before the end: {problem.TrimEnd('.')}. The letters that were "
                + "not redriven are on their queue.");
            return Verb.Failed;
        }

        return end.Ending == PassEnding.Stopped ? Verb.Interrupted : isLeft ? Verb.LeftBehind : Verb.Succeeded;
    }

    private static void Write(
        string queue, RedriveOptions options, RedriveResult result, LetterReport report, long total, long? all)
    {
        var redriven = result.GroupsOf(LetterFate.Redrive);
        if (redriven.Count > 0)
        {
            report.WriteGroups(redriven);
        }

        var count = result.Count(LetterFate.Redrive);
        var read = PassReport.Share(count, total, count == options.Limit, all);
        Console.WriteLine(options.IsDryRun
            ? $"{read} would go back to {queue}. Nothing was changed."
            : $"{read} went back to {queue}.");
    }

    private static void WriteJson(
        string queue,
        RedriveOptions options,
        RedriveResult result,
        LetterReport report,
        PassEnd end,
        bool isLeft) => Console.WriteLine(JsonSerializer.Serialize(
            new RedriveJson(
                queue,
                options.IsDryRun,
                result.Count(LetterFate.Redrive),
                result.LostAttributes,
                FateTexts.Left.ToDictionary(x => x.Json, x => result.Count(x.Fate)),
                report.ToJson(result.GroupsOf(LetterFate.Redrive)),
                end.Ending == PassEnding.Complete && !isLeft,
                result.Problem),
            DeadJson.Default.RedriveJson));
}
