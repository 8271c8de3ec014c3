using System.Text.Json;
using FetchEtl.Maintenance;
using FetchEtl.Testing;
using Spectre.Console;

namespace FetchEtl.Service.Tests;

/// <summary>The forms of the risk report, and the options of <c>risk</c>.</summary>
public sealed class RiskReportTests
{
    private static readonly RiskReport Report = new(
        1, "user_logins", new DateOnly(2026, 1, 1), null, RiskPlan.DefaultQuasi, "user_id", 5, 1_234_567, 3, 98_765,
        new RiskClasses(1, 7, 250_000, 400_000, 31, 120_000, 399_000, 98_000, 1_200_000, [new(1, 1, 120_000, 120_000)]),
        new RiskOfAttack(0.9975, 1, 0.03, 0.625),
        new RiskOfAttack(0.5, 0.25, 0.01, 0.1),
        0.1,
        [new RiskDiversity("masked_device_id", 1, 1, 0.00001)],
        [new RiskWithColumn("masked_ip", 0.99999, 1)],
        [new RiskFrequency("masked_ip", 1_000_000, 545_532, [.. Enumerable.Repeat(123_456L, 10)], 3, 0.25, 18.83, 12)],
        new RiskOracle(25_000, 0.04, 40_000, 171_799),
        [
            new RiskSuggestion(
                [new RiskChange("app_version", "major"), new RiskChange("create_date", "none")], false, 4, 10, 0.1, 42),
        ]);

    [Fact]
    public void The_report_for_people_fits_80_columns_and_rounds_no_share_to_0_or_1()
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = 80;

        RiskText.Write(console, Report);

        Assert.All(text.ToString().Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 80));
        foreach (var expected in new[]
        {
            "1,234,567 rows of 98,765 people", "since 2026-01-01", "<0.1%", ">99.9%", "40 milliseconds", "11 hours",
            "masked_device_id", "No change of one or two columns gives k = 5",
            "app_version by major, without create_date", "42 rows",
        })
        {
            Assert.Contains(expected, Flat(text), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Masks_of_several_generations_are_named_in_each_form_and_never_pass()
    {
        var report = Report with { MinK = 2, Classes = Report.Classes with { K = 9 } };
        Assert.True(report.ReachesMinK);
        report = report with { MixedGenerations = [new RiskGenerations("user_id", [1, 2])] };
        var text = new StringWriter();
        RiskText.Write(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text) }), report);

        Assert.False(report.ReachesMinK);
        foreach (var form in new[] { Flat(text), RiskPage.Render(report, DateTimeOffset.UnixEpoch) })
        {
            Assert.Contains("user_id has masks of generations 1, 2", form, StringComparison.Ordinal);
            Assert.Contains("rekey", form, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_member_of_the_JSON_is_documented()
    {
        var json = JsonSerializer.SerializeToElement(
            Report with { MixedGenerations = [new RiskGenerations("user_id", [1, 2])] }, RiskJson.Default.RiskReport);
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "docs", "risk.md"));
        var members = Members(json).Distinct().ToList();

        Assert.Contains("recordsOfOneValue", members);
        Assert.All(members, member => Assert.Contains($"`{member}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_wrong_options_are_reported_at_once()
    {
        var run = await ConsoleCapture.RunAsync(
            "risk", "--min-k", "1", "--quasi", "user_id,locale", "--sensitive", "locale", "--since", "2026-02-01",
            "--until", "2026-01-01", "--population", "0", "--oracle-rate", "0", "--max-rows", "0");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            ["--quasi", "--sensitive", "--min-k", "--since", "--population", "--oracle-rate", "--max-rows"],
            run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[1]));
    }

    private static string Flat(StringWriter text) =>
        string.Join(' ', text.ToString().Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<string> Members(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(x => Members(x.Value).Prepend(x.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Members),
        _ => [],
    };
}
