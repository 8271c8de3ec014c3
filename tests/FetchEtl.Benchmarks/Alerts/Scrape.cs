using System.Globalization;
using System.Text.RegularExpressions;

namespace FetchEtl.Benchmarks;

/// <summary>One answer of <c>/metrics</c>, in Prometheus' text format.</summary>
internal static partial class Scrape
{
    /// <summary>Labels of the exporter and of this machine, which no alert uses.</summary>
    private static readonly string[] Dropped = ["otel_scope_", "server_"];

    /// <summary>Reads the samples.</summary>
    /// <param name="text">The answer.</param>
    /// <param name="target">The labels that Prometheus adds, as in <c>job="fetch-etl"</c>.</param>
    /// <returns>Values by series, as in <c>name{label="value"}</c>.</returns>
    public static Dictionary<string, double> Read(string text, string target)
    {
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var sample = Sample().Match(line);
            if (sample.Success)
            {
                var labels = Label().Matches(sample.Groups["labels"].Value).Select(x => x.Value)
                    .Where(label => !Array.Exists(Dropped, start => label.StartsWith(start, StringComparison.Ordinal)))
                    .Prepend(target);
                samples[$"{sample.Groups["name"].Value}{{{string.Join(", ", labels)}}}"] =
                    double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture);
            }
        }

        return samples;
    }

    [GeneratedRegex(
        @"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>[^ ]+)( \d+)?\r?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"[a-zA-Z_][a-zA-Z0-9_]*=""([^""\\]|\\.)*""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Label();
}
