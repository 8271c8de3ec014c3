using System.CommandLine;
using System.Text.Json;

namespace FetchEtl.Service;

/// <summary>Counts dead letters by reason.</summary>
internal static class DeadListCommand
{
    private static readonly DeadArguments Arguments = new();

    private static readonly Option<bool> Ids = new("--ids") { Description = "Print each letter, too." };

    public static Command Create() => Verb.Create(
        "list",
        "Counts dead letters by reason. Every reading raises their receive counts. Exit code 3: some were not seen.",
        RunAsync,
        Ids, Arguments.Reason, Arguments.Id, Arguments.Older, Arguments.Newer, Arguments.Limit, Arguments.Json,
        Arguments.Force).WithExamples("fetch-etl dead list", "fetch-etl dead list --ids --newer 2h --json");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var filter = Arguments.Filter(parsed);
        using var host = DeadHost.Create(settings, needsKeys: false, cancellationToken);
        var queue = (await host.FindQueueAsync(cancellationToken)).RefusePolicy(parsed.GetValue(Arguments.Force));
        var now = host.Time.GetUtcNow();
        var (groups, rows, total) = (new LetterGroups(), new List<Letter>(), 0L);
        var end = await LetterProgressBar.RunAsync(queue, parsed.GetValue(Arguments.Json), seen =>
            new LetterPass(host.Calls, queue, host.Redrive).RunAsync(
                letters => Task.FromResult(Add(letters)),
                static () => Task.CompletedTask,
                count =>
                {
                    total += count;
                    seen(count);
                },
                cancellationToken));

        var isLeft = PassReport.Write(end, queue, total);
        PassReport.SayIfNone(filter, groups.Count, total);
        var report = new LetterReport(now);
        if (parsed.GetValue(Arguments.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new ListJson(
                    queue.Name, total, groups.Count, end.Ending == PassEnding.Complete && !isLeft, host.HasKeys,
                    report.ToJson(groups.All), parsed.GetValue(Ids) ? [.. rows.Select(report.ToJson)] : null),
                DeadJson.Default.ListJson));
        }
        else
        {
            Write(report, queue, groups, parsed.GetValue(Ids) ? rows : [], total, filter.Limit, host.HasKeys);
        }

        return end.Ending == PassEnding.Stopped ? Verb.Interrupted : isLeft ? Verb.LeftBehind : Verb.Succeeded;

        bool Add(IReadOnlyList<ReceivedLetter> letters)
        {
            foreach (var (letter, _) in letters.Where(x => filter.Matches(x.Letter, now)))
            {
                if (groups.Count == filter.Limit)
                {
                    return false;
                }

                groups.Add(letter);
                if (parsed.GetValue(Ids))
                {
                    rows.Add(letter);
                }
            }

            return groups.Count != filter.Limit;
        }
    }

    private static void Write(
        LetterReport report,
        LetterQueue queue,
        LetterGroups groups,
        List<Letter> rows,
        long total,
        long? limit,
        bool areRedrivesProved)
    {
        if (groups.Count > 0)
        {
            report.WriteGroups(groups.All);
        }

        if (rows.Count > 0)
        {
            report.WriteRows(rows);
        }

        var count = Words.Number(groups.Count);
        Console.WriteLine(total == 0 ? $"{queue.Name} brought no letter."
            : groups.Count == limit ? $"The first {count} matching letters of {queue.Name}."
            : $"{count} of {Words.Number(total)} letters of {queue.Name}.");
        if (!areRedrivesProved && groups.All.Any(group => group.Redrives.Keys.Any(count => count > 0)))
        {
            Console.WriteLine("Counts of redrives are as the letters claim: the settings have no key to prove them.");
        }
    }
}
