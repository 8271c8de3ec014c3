using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Writes a test of <c>promtool test rules</c>: an alert on the recorded series of the metrics that it names.
/// </summary>
internal static partial class RecordedTest
{
    public const int IntervalSeconds = 15;

    /// <summary>
    /// What is recorded before a phase, in scrapes: longer than the 15 minutes in which a rule counts the first value
    /// of a series as new.
    /// </summary>
    private const int Before = 72;

    /// <summary>How much of what follows a phase is recorded, in scrapes.</summary>
    private const int After = 48;

    /// <summary>
    /// The last values go on for so many scrapes: longer than the longest range of a rule, an hour.
    /// </summary>
    private const int Repeat = 260;

    /// <param name="rules">The text of alerts.yml.</param>
    /// <param name="history">The scrapes.</param>
    /// <param name="phase">What happened.</param>
    /// <param name="begun">The phase's first scrape.</param>
    /// <param name="ended">The scrape behind its last one.</param>
    /// <param name="alert">The alert, and its label beside job and severity.</param>
    public static string Write(
        string rules,
        ScrapeHistory history,
        AlertPhase phase,
        int begun,
        int ended,
        KeyValuePair<string, string> alert)
    {
        var rule = rules.Split("- alert: ").Single(x => x.StartsWith(alert.Key + "\n", StringComparison.Ordinal));
        var metrics = Metric().Matches(rule).Select(x => x.Value).ToHashSet(StringComparer.Ordinal);
        var (from, to) = (Math.Max(0, begun - Before), Math.Min(history.Count, ended + After));
        var text = new StringBuilder();
        Line($"  - name: {alert.Key}, {phase.Name}");
        Line($"    interval: {IntervalSeconds}s");
        Line("    input_series:");
        foreach (var (series, values) in history.Series(metrics, from, to, Repeat))
        {
            Line($"      - series: '{series}'");
            Line($"        values: '{values}'");
        }

        Line("    alert_rule_test:");
        Quiet(begun - from - 1);
        Line($"      - eval_time: {(ended - from - 1) * IntervalSeconds}s");
        Line($"        alertname: {alert.Key}");
        Line("        exp_alerts:");
        Line("          - exp_labels:");
        Line("              job: fetch-etl");
        if (alert.Value.Length > 0)
        {
            Line($"              {alert.Value}");
        }

        Line($"              {Lines("severity").Match(rule).Value.Trim()}");
        Line("            exp_annotations:");
        Line($"              {Lines("summary").Match(rule).Value.Trim()}");
        Line($"              {Lines("runbook_url").Match(rule).Value.Trim()}");
        Quiet(to - from + Repeat - 1);
        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');

        void Quiet(int scrape)
        {
            Line(string.Create(CultureInfo.InvariantCulture, $"      - eval_time: {scrape * IntervalSeconds}s"));
            Line($"        alertname: {alert.Key}");
            Line("        exp_alerts: []");
        }
    }

    private static Regex Lines(string key) =>
        new($"^ +{key}: .+$", RegexOptions.Multiline, TimeSpan.FromSeconds(5));

    [GeneratedRegex(
        @"\b(up|fetchetl_\w+|messaging_client_\w+)(?=[{\[])",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Metric();
}
