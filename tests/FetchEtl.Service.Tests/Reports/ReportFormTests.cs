using System.Text.Json;
using System.Text.RegularExpressions;
using FetchEtl.Maintenance;
using FetchEtl.Testing;
using Spectre.Console;

namespace FetchEtl.Service.Tests;

/// <summary>The forms of the report of logins, and the options of <c>report</c>.</summary>
public sealed partial class ReportFormTests
{
    private const string Hostile = "\u001b[2J<script>\"x\",\r\ny</script>";

    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private static readonly string Mask = $"1:{new string('a', 64)}";

    private static readonly ReportPlan Plan = new() { Since = new(2026, 10, 29), Until = new(2026, 11, 27) };

    [Fact]
    public void The_report_for_people_fits_80_columns_and_obeys_no_text_of_a_row()
    {
        var text = Text(Report(30));

        Assert.All(text.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 80));
        Assert.DoesNotContain('\u001b', text);
        foreach (var expected in new[]
        {
            "29 October 2026 to 27 November 2026: 30 days of UTC, and the last one is not over.",
            "1,234,567 logins of 98,765 users, from 1 device and 0 addresses.", "\\u001b[2J<script>", "1:aaaaaaa…",
            "other (3 locales)", "no locale", "2026-10-30 Fri │ few people", "█", "moved by SQS's redrive policy",
        })
        {
            Assert.Contains(expected, Space().Replace(text, " "), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_long_period_is_printed_by_week_and_each_of_its_days_is_in_the_page_and_the_lines()
    {
        var report = Report(400);

        Assert.Matches("2026-10-26 Mon +│ +(7|6)00 │", Text(report));
        Assert.Equal(58, Text(report).Split('\n').Count(line => DayLine().IsMatch(line)));
        Assert.Equal(399, ColumnTitle().Count(ReportPage.Render(report, Now)));
        Assert.Equal(400, Records(ReportCsv.Of(report)).Count(record => record[0] == "days" && record[2].Length > 0));
    }

    [Fact]
    public void The_page_escapes_each_text_and_asks_nobody_for_anything()
    {
        var html = ReportPage.Render(Report(30), Now);

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("style=", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href|url)[=(]", html);
        Assert.Contains("\\u001b[2J&lt;script&gt;", html, StringComparison.Ordinal);
        Assert.Contains($">{Mask}<", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_comma_separated_values_are_read_back_by_the_rules_of_RFC_4180_and_are_no_formulas()
    {
        var report = Report(30) with { Locales = new([new(Hostile, 7), new("=1+1", 6), new(null, 5)], new(3, 9)) };

        var records = Records(ReportCsv.Of(report));

        Assert.Equal(["section", "kind", "item", "groups", "value"], records[0]);
        Assert.All(records, record => Assert.Equal(5, record.Count));
        Assert.Equal(
            [
                ["locales", "value", "\\u001b[2J<script>\"x\",\\u000d\\u000ay</script>", "1", "7"],
                ["locales", "value", "'=1+1", "1", "6"],
                ["locales", "null", "", "1", "5"],
                ["locales", "other", "", "3", "9"],
            ],
            records.Where(record => record[0] == "locales"));
        Assert.Contains(records, record => record is ["days", "merged", "2026-10-30", "1", ""]);
    }

    [Fact]
    public void A_period_of_too_few_people_shows_no_number_in_any_form()
    {
        var nothing = new ReportList([], Other: null);
        var report = Report(30) with
        {
            IsWithheld = true, Totals = null, Missing = [], Days = [], OtherDays = null, OtherNewDevices = null,
            DeviceTypes = nothing, Locales = nothing, Versions = nothing, Devices = nothing, Addresses = nothing,
        };

        foreach (var form in new[] { Text(report), ReportPage.Render(report, Now) })
        {
            Assert.Contains("Fewer than 5 people logged in during this period", form, StringComparison.Ordinal);
            Assert.DoesNotContain("1,234,567", form, StringComparison.Ordinal);
        }

        Assert.Equal(4 + 2, Records(ReportCsv.Of(report)).Count);
    }

    [Fact]
    public void Every_member_of_the_JSON_is_documented()
    {
        var json = JsonSerializer.SerializeToElement(
            Report(3) with { MixedGenerations = [new RiskGenerations("user_id", [1, 2])] },
            ReportJson.Default.LoginReport);
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "docs", "report.md"));
        var members = Members(json).Distinct().ToList();

        Assert.Contains("otherNewDevices", members);
        Assert.All(members, member => Assert.Contains($"`{member}`", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(new[] { 9, 7, 6 }, 3, "9 7 6", "")]
    [InlineData(new[] { 9, 7, 4, 2 }, 3, "9 7", "2 groups, 6")]
    [InlineData(new[] { 9, 7, 1, 1 }, 3, "9", "3 groups, 9")]
    [InlineData(new[] { 9, 7, 4 }, 3, "9", "2 groups, 11")]
    [InlineData(new[] { 9, 8, 7, 6 }, 3, "9 8 7", "1 groups, 6")]
    [InlineData(new[] { 3, 1 }, 3, "", "")]
    public void Reasons_of_few_letters_are_merged_so_that_no_difference_gives_them(
        int[] counts, int top, string named, string other)
    {
        var groups = counts.Select((count, i) =>
        {
            var group = new LetterGroup(new LetterReason($"reason {i}", []));
            Enumerable.Range(0, count).ToList().ForEach(x => group.Add(new Letter($"{x}", $"{x}", group.Reason)));
            return group;
        }).ToList();

        var letters = ReportLetterCount.Merge("dead", groups, counts.Sum(), allSeen: true, Plan with { Top = top });

        Assert.Equal(named, string.Join(' ', letters.Reasons.Groups.Select(group => group.Count)));
        Assert.Equal(
            other, letters.Reasons.Other is { } rest ? $"{rest.Groups} groups, {rest.Count}" : string.Empty);
        Assert.Equal(counts.Sum() < Plan.MinK ? null : counts.Sum(), letters.Count);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 1, 1)]
    [InlineData(4, 4, 1)]
    [InlineData(5, 6, 2)]
    [InlineData(51, 60, 20)]
    [InlineData(1_000_000, 1_000_000, 500_000)]
    public void An_axis_has_one_to_four_round_steps(long most, long top, long step) =>
        Assert.Equal((top, step), ReportChart.Scale(most));

    [Fact]
    public async Task All_wrong_options_are_reported_at_once()
    {
        var run = await ConsoleCapture.RunAsync(
            "report", "--min-k", "0", "--top", "0", "--since", "2026-02-01", "--until", "2026-01-01", "--json",
            "--csv");
        var wide = await ConsoleCapture.RunAsync("report", "--since", "2000-01-01", "--until", "2026-01-01");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            ["--since", "--min-k", "--top", "--json"],
            run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[1]));
        Assert.Contains("at most 3,660 days", wide.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_reason_why_a_queue_cannot_be_read_is_on_standard_error_and_in_no_form_of_the_report()
    {
        const string Place = "127.0.0.1:9";
        var (letters, errors) = await ConsoleCapture.ErrorsOfAsync(
            () => ReportLetterCount.ReadAsync([$"--Sqs:ServiceUrl=http://{Place}"], Plan, CancellationToken.None));
        var report = Report(3) with { DeadLetters = letters };
        var forms = new[]
        {
            Text(report), ReportPage.Render(report, Now), ReportCsv.Of(report),
            JsonSerializer.Serialize(report, ReportJson.Default.LoginReport),
        };

        Assert.StartsWith($"fetch-etl: {ReportLetterCount.NotRead} ", errors, StringComparison.Ordinal);
        Assert.Contains(Place, errors, StringComparison.Ordinal);
        Assert.Equal(ReportLetterCount.NotRead, letters.Problem);
        Assert.All(forms, form => Assert.DoesNotContain(Place, form, StringComparison.Ordinal));
        Assert.Contains($"Dead letters: Not counted. {letters.Problem}", forms[0], StringComparison.Ordinal);
        Assert.Contains($"Not counted. {letters.Problem}", forms[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Withheld_new_devices_are_explained_and_have_no_number()
    {
        var full = Report(30);
        var report = full with
        {
            Days = [.. full.Days.Select(day => day with { NewDevices = null })], OtherNewDevices = null,
        };

        Assert.Contains("Too few people had new devices", Text(report), StringComparison.Ordinal);
        Assert.Contains(
            "Grey: Too few people had new devices", ReportPage.Render(report, Now), StringComparison.Ordinal);
        Assert.Equal(
            30, Records(ReportCsv.Of(report)).Count(record => record is ["new_devices", "merged", _, "1", ""]));
    }

    private static LoginReport Report(int days) => new(
        1, Plan.Until.AddDays(1 - days), Plan.Until, 5, 10, IsWithheld: false,
        new ReportTotals(1_234_567, 98_765, 1, 0),
        [new("locale", 0.29), new("masked_ip", null)],
        [
            .. Enumerable.Range(0, days).Select(i => Plan.Until.AddDays(1 - days + i)).Select(date =>
                date == new DateOnly(2026, 10, 30) ? new ReportDay(date, null, null) : new ReportDay(date, 100, 0)),
        ],
        new ReportOther(2, 20),
        new ReportOther(3, 30),
        new ReportList([new("ios", 700_000), new("", 10)], Other: null),
        new ReportList([new(Hostile, 7), new(new string('長', 200), 6), new(null, 5)], new ReportOther(3, 9)),
        new ReportList([new("2.3.0", 1_234_567)], Other: null),
        new ReportList([new(Mask, 12)], new ReportOther(1, 1_234_555)),
        new ReportList([], new ReportOther(98, 1_234_567)),
        [])
    {
        DeadLetters = new ReportLetters(
            "login-queue-dead", 20, AllSeen: true,
            new ReportList([new(LetterReason.MovedBySqs.Text, 20)], Other: null), Problem: null),
    };

    private static string Text(LoginReport report)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = 80;
        console.Profile.Capabilities.Unicode = true;
        ReportText.Write(console, report, Now);
        return text.ToString();
    }

    /// <summary>Reads records as RFC 4180 defines them.</summary>
    private static IReadOnlyList<IReadOnlyList<string>> Records(string csv)
    {
        var records = csv.Split("\r\n");
        Assert.Empty(records[^1]);
        return
        [
            .. records[..^1].Select(record => (IReadOnlyList<string>)
            [
                .. Field().Matches(record).Select(field => field.Groups["quoted"] is { Success: true, Value: var value }
                    ? value.Replace("\"\"", "\"", StringComparison.Ordinal)
                    : field.Groups["plain"].Value),
            ]),
        ];
    }

    private static IEnumerable<string> Members(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(x => Members(x.Value).Prepend(x.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Members),
        _ => [],
    };

    [GeneratedRegex(
        """(?<=\A|,)("(?<quoted>([^"]|"")*)"|(?<plain>[^",]*))(?=,|\z)""",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Field();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Space();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d Mon", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DayLine();

    [GeneratedRegex("<title>[^<]*: 100 logins</title>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ColumnTitle();
}
