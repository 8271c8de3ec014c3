using System.Text.Json;
using System.Text.RegularExpressions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks the alert rules, their tests and the pages of the runbook.</summary>
public sealed partial class AlertTests
{
    private static readonly string[] Sections =
        ["Symptom", "What it means", "First look", "Remedy", "When to wake somebody"];

    private static readonly DocPage Index = DocPage.Get("docs/runbook/README.md");

    private static IEnumerable<string> TestFiles => DeployFiles.All
        .Where(name => name.StartsWith("deploy/prometheus/tests/", StringComparison.Ordinal));

    [Fact]
    public void Every_alert_has_a_page_and_every_page_an_alert()
    {
        var pages = DocPage.All.Where(page => page.Name.StartsWith("docs/runbook/", StringComparison.Ordinal))
            .Where(page => page != Index).ToList();

        Assert.Equal(AlertRule.All.Select(x => x.Runbook).Order(StringComparer.Ordinal), pages.Select(x => x.Name));
        Assert.All(AlertRule.All, rule => Assert.Equal($"docs/runbook/{rule.Name}.md", rule.Runbook));
        Assert.All(pages, page => Assert.Equal($"# {Path.GetFileNameWithoutExtension(page.Name)}", page.Lines[0]));
        Assert.All(pages, page => Assert.Equal(
            Sections, page.Prose.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(x => x[3..])));
        Assert.Equal(
            AlertRule.All.Select(x => $"[{x.Name}]({x.Name}.md) {x.Severity}"),
            Index.Rows.Select(row => $"{row[0]} {row[1]}"));
    }

    [Fact]
    public void Every_page_of_the_runbook_that_a_file_names_exists()
    {
        var named = DeployFiles.All.SelectMany(name => Page().Matches(DeployFiles.Read(name)).Select(x => x.Value))
            .Distinct().ToList();

        Assert.Contains("docs/runbook/FetchEtlBehind.md", named);
        Assert.All(named, page => Assert.True(File.Exists(DeployFiles.PathOf(page)), page));
    }

    [Fact]
    public void Every_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not()
    {
        var tests = TestFiles.SelectMany(name => (List<object>)DeployFiles.ReadYaml(name)["tests"])
            .Cast<Dictionary<object, object>>()
            .SelectMany(test => (List<object>)test["alert_rule_test"]).Cast<Dictionary<object, object>>()
            .ToLookup(test => (string)test["alertname"], test => ((List<object>)test["exp_alerts"]).Count > 0);

        Assert.All(AlertRule.All, rule => Assert.Contains(true, tests[rule.Name]));
        Assert.All(AlertRule.All, rule => Assert.Contains(false, tests[rule.Name]));
    }

    [PromtoolFact]
    public async Task Promtool_accepts_the_rules_and_the_configuration()
    {
        var (exitCode, output) = await Promtool.RunAsync("check", "config", "prometheus.yml");

        Assert.True(exitCode == 0, output);
        Assert.Contains($"{AlertRule.All.Count} rules found", output, StringComparison.Ordinal);
    }

    [PromtoolFact]
    public async Task Every_alert_fires_and_resolves()
    {
        var (exitCode, output) = await Promtool.RunAsync(
            ["test", "rules", .. TestFiles.Select(name => Path.GetRelativePath("deploy/prometheus", name))]);

        Assert.True(exitCode == 0, output);
    }

    [PromtoolFact]
    public async Task Promtool_accepts_every_query_of_the_dashboard()
    {
        var queries = DashboardQueries.All.Select((query, i) => new Dictionary<string, string>
        {
            ["record"] = $"query{i}",
            ["expr"] = query.Replace("$__rate_interval", "1m", StringComparison.Ordinal),
        });
        var rules = new { groups = new[] { new { name = "dashboard", rules = queries } } };
        var file = Path.GetTempFileName();
        try
        {
            // JSON is YAML, too.
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(rules));

            var (exitCode, output) = await Promtool.RunAsync("check", "rules", file);

            Assert.True(exitCode == 0, output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex("docs/runbook/[A-Za-z]+[.]md", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Page();
}
