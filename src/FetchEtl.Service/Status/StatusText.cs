using System.Globalization;

namespace FetchEtl.Service;

/// <summary>How the status page and the summary lines write values.</summary>
internal static class StatusText
{
    /// <summary>A rate or a mean: a decimal only where it tells something.</summary>
    public static string Rate(double rate) =>
        rate.ToString(rate is > 0 and < 99.95 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    /// <summary>A duration in the two units that say most.</summary>
    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalMilliseconds: < 1 } => "0 ms",
        { TotalMilliseconds: < 999.5 } => $"{duration.TotalMilliseconds:0} ms",
        { TotalSeconds: < 9.95 } => $"{duration.TotalSeconds:0.0} s",
        { TotalSeconds: < 59.5 } => $"{duration.TotalSeconds:0} s",
        { TotalMinutes: < 60 } => Two(duration.TotalSeconds, 60, "min", "s"),
        { TotalHours: < 24 } => Two(duration.TotalMinutes, 60, "h", "min"),
        _ => Two(duration.TotalHours, 24, "d", "h"),
    };

    /// <summary>Dead letters by rule, the most frequent first; empty without one.</summary>
    public static string Rules(IReadOnlyDictionary<string, long> rules) => rules.Count == 0
        ? string.Empty
        : $" ({string.Join(", ", Sorted(rules).Select(x => $"{x.Key} {x.Value}"))})";

    /// <summary>The most frequent rule first.</summary>
    public static IEnumerable<KeyValuePair<string, long>> Sorted(IReadOnlyDictionary<string, long> rules) =>
        rules.OrderByDescending(x => x.Value).ThenBy(x => x.Key, StringComparer.Ordinal);

    /// <summary>What is on both queues.</summary>
    public static string Depths(QueueCounts counts, SqsSettings settings)
    {
        var queue = counts.Queue is { } depth ? $"{settings.QueueName} has {depth}" : counts.Problem!;
        return counts.DeadLetters is { } dead ? $"{queue}; {settings.DeadLetterQueue} has {dead.Total}" : queue;
    }

    private static string Two(double amount, int size, string large, string small)
    {
        var whole = (long)Math.Round(amount, MidpointRounding.AwayFromZero);
        return whole % size == 0 ? $"{whole / size} {large}" : $"{whole / size} {large} {whole % size} {small}";
    }
}
