using System.Globalization;
using System.Text;

namespace FetchEtl.Benchmarks;

/// <summary>The scrapes of a run, in order. It writes series as <c>promtool test rules</c> reads them.</summary>
internal sealed class ScrapeHistory
{
    private readonly List<Dictionary<string, double>> _scrapes = [];

    /// <summary>How many scrapes there are.</summary>
    public int Count => _scrapes.Count;

    public void Add(Dictionary<string, double> scrape) => _scrapes.Add(scrape);

    /// <summary>The series of some metrics in a part of the run, each with its values.</summary>
    /// <param name="metrics">The names.</param>
    /// <param name="from">The first scrape.</param>
    /// <param name="to">The scrape behind the last one.</param>
    /// <param name="repeat">How often the last value is repeated at the end.</param>
    public IEnumerable<(string Series, string Values)> Series(
        IReadOnlyCollection<string> metrics, int from, int to, int repeat) =>
        _scrapes[from..to].SelectMany(scrape => scrape.Keys)
            .Distinct(StringComparer.Ordinal)
            .Where(series => metrics.Contains(series.Split('{')[0]))
            .Order(StringComparer.Ordinal)
            .Select(series => (series, Notation(Values(series, from, to, repeat))));

    private List<double?> Values(string series, int from, int to, int repeat)
    {
        var values = _scrapes[from..to]
            .Select(scrape => scrape.TryGetValue(series, out var value) ? Math.Round(value, 3) : (double?)null)
            .ToList();
        values.AddRange(Enumerable.Repeat(values[^1], repeat));
        return values;
    }

    /// <summary>Writes runs of equal steps as <c>a+bxn</c> (n + 1 values), and gaps as <c>_xn</c> (n gaps).</summary>
    private static string Notation(List<double?> values)
    {
        var text = new StringBuilder();
        for (var i = 0; i < values.Count;)
        {
            var length = RunLength(values, i);
            text.Append(text.Length == 0 ? string.Empty : " ").Append(
                values[i] is not { } first ? $"_x{length}"
                : length == 1 ? Text(first)
                : $"{Text(first)}{Text(values[i + 1]!.Value - first, signed: true)}x{length - 1}");
            i += length;
        }

        return text.ToString();
    }

    /// <summary>A run of fewer than three values is no shorter than the values.</summary>
    private static int RunLength(List<double?> values, int start)
    {
        var end = start + 1;
        if (values[start] is not { } first)
        {
            return values.Skip(start).TakeWhile(value => value is null).Count();
        }

        if (end < values.Count && values[end] is { } second)
        {
            var step = second - first;
            while (end < values.Count && values[end] is { } next
                && Math.Abs(next - first - (step * (end - start))) < 1e-9)
            {
                end++;
            }
        }

        return end - start >= 3 ? end - start : 1;
    }

    private static string Text(double value, bool signed = false) =>
        value.ToString(signed ? "+0.###;-0.###" : "0.###", CultureInfo.InvariantCulture);
}
