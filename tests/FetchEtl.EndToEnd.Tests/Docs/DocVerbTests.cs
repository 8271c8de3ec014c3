using System.Text.Json;
using System.Text.RegularExpressions;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks the verbs, options, log lines and rights that docs/operations.md lists.</summary>
public sealed partial class DocVerbTests
{
    private static readonly Dictionary<string, string> NoSettings = [];

    private static readonly DocPage Operations = DocPage.Get("docs/operations.md");

    [Fact]
    public async Task Every_verb_and_option_is_documented_and_every_documented_one_exists()
    {
        var real = new List<string>();
        foreach (var verb in await VerbsAsync())
        {
            real.Add(Usage(verb, OptionInHelp().Matches(await HelpAsync(verb))));
        }

        var documented = Operations.RowsUnder("## Verbs")
            .Select(row => Usage(Verb().Match(row[0]).Groups["verb"].Value, OptionOnPage().Matches(row[0])))
            .ToList();

        Assert.NotEmpty(real);
        Assert.Equal(real.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_documented_log_line_exists_and_every_error_is_documented()
    {
        var levels = LogLine().Matches(LogCode())
            .ToDictionary(x => x.Groups["id"].Value, x => x.Groups["level"].Value, StringComparer.OrdinalIgnoreCase);

        var documented = Operations.RowsUnder("### Log lines")
            .SelectMany(row => EventId().Matches(row[0])
                .Select((x, i) => KeyValuePair.Create(x.Groups["id"].Value, Item(row[1], i))))
            .ToDictionary(StringComparer.Ordinal);

        Assert.NotEmpty(documented);
        var wrong = documented
            .Where(x => !string.Equals(levels.GetValueOrDefault(x.Key), x.Value, StringComparison.OrdinalIgnoreCase));
        Assert.Empty(wrong);
        Assert.Empty(levels.Where(x => x.Value is "Error" or "Critical").Select(x => x.Key).Except(documented.Keys));
    }

    [Fact]
    public void A_cause_and_a_remedy_have_one_name_in_all_lines_and_the_docs_list_the_lines_that_have_them()
    {
        var texts = LogText().Matches(LogCode())
            .ToDictionary(x => x.Groups["id"].Value, x => x.Groups["text"].Value, StringComparer.Ordinal);
        var documented = Operations.RowsUnder("### Values of JSON lines").ToDictionary(
            row => row[0].Trim('`'), row => EventId().Matches(row[1]).Select(x => x.Groups["id"].Value));

        Assert.DoesNotContain(texts, x => x.Value.Contains("{Reason}") || x.Value.Contains("{Problem}"));
        foreach (var name in new[] { "Cause", "Remedy", "DeadLetterReason" })
        {
            Assert.Equal(
                texts.Where(x => x.Value.Contains($"{{{name}}}")).Select(x => x.Key).Order(StringComparer.Ordinal),
                documented[name].Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_documented_rights_are_enough_for_the_service()
    {
        await using var estate = await Estate.CreateAsync();
        var role = $"fetch_etl_{Guid.NewGuid():N}";
        var grants = Operations.Fences.Single(fence => fence.Language == "sql").Code
            .Replace("fetch_etl", role, StringComparison.Ordinal);
        await estate.ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'role'; {grants}");
        await using var register = await FetchEtlProcess.RunAsync(estate.Settings, "keys", "register");
        Assert.Contains("Key generations registered: 1.", register.Output, StringComparison.Ordinal);
        var login = new NpgsqlConnectionStringBuilder(estate.ConnectionString) { Username = role, Password = "role" };
        estate.Settings["ConnectionStrings__Logins"] = login.ToString();
        await estate.SendAsync(20, seed: 1);

        var summary = await estate.DrainAsync();

        Assert.Equal(20, summary.GetProperty("written").GetInt64());
        using var policy = JsonDocument.Parse(Operations.Fences.First(fence => fence.Language == "json").Code);
        var allowed = policy.RootElement.GetProperty("Statement").EnumerateArray()
            .SelectMany(statement => statement.GetProperty("Action").EnumerateArray())
            .Select(action => action.GetString());
        var called = summary.GetProperty("apiCalls").EnumerateObject()
            .Select(call => $"sqs:{call.Name.Replace("Batch", string.Empty, StringComparison.Ordinal)}");
        Assert.Empty(called.Except(allowed));
    }

    private static string LogCode() => string.Join(
        '\n',
        Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Folder, "src"), "Log.cs", SearchOption.AllDirectories)
            .Select(File.ReadAllText));

    /// <summary>The verbs that <c>--help</c> lists. A verb with inner verbs is listed as those.</summary>
    private static async Task<IReadOnlyList<string>> VerbsAsync()
    {
        var verbs = new List<string>();
        foreach (var verb in Commands(await HelpAsync(string.Empty)))
        {
            var inner = Commands(await HelpAsync(verb)).Select(name => $"{verb} {name}").ToList();
            verbs.AddRange(inner.Count == 0 ? [verb] : inner);
        }

        return verbs;
    }

    private static IEnumerable<string> Commands(string help) =>
        help.Split("Commands:") is [_, var list] ? HelpLine().Matches(list).Select(x => x.Groups["name"].Value) : [];

    private static async Task<string> HelpAsync(string verb)
    {
        var words = verb.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await using var help = await FetchEtlProcess.RunAsync(NoSettings, [.. words, "--help"]);
        Assert.True(help.ExitCode == 0, help.Errors);
        return help.Output;
    }

    private static string Usage(string verb, IEnumerable<Match> options) => string.Join(
        ' ', options.Select(x => x.Value.Trim()).Except(["--help"]).Order(StringComparer.Ordinal).Prepend(verb));

    /// <summary>The item at a position of a list, or the last item where the list is shorter.</summary>
    private static string Item(string list, int place)
    {
        var items = list.Split(", ");
        return items[Math.Min(place, items.Length - 1)];
    }

    [GeneratedRegex(@"^  (?<name>[a-z][a-z-]*)\b", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex HelpLine();

    [GeneratedRegex("(?<=^  (-.*)?)--[a-z][a-z-]+", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex OptionInHelp();

    [GeneratedRegex("--[a-z][a-z-]+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex OptionOnPage();

    [GeneratedRegex("^`(?<verb>[a-z][a-z-]*( [a-z]+)?)( |`)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Verb();

    [GeneratedRegex(
        @"LoggerMessage\(\s*(EventId = )?(?<id>\d+),\s*(Level = )?LogLevel\.(?<level>\w+)",
        RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex LogLine();

    [GeneratedRegex(
        @"LoggerMessage\(\s*(?<id>\d+)(?<text>.*?)partial void",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        5000)]
    private static partial Regex LogText();

    [GeneratedRegex(@"`(?<id>\d{4})`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex EventId();
}
