using System.Globalization;

namespace FetchEtl.Service;

/// <summary>How the status page and the summary lines write values.</summary>
internal static class StatusText
{
    /// <summary>A rate or a mean: a decimal only where it is significant.</summary>
    public static string Rate(double rate) =>
        rate.ToString(rate is > 0 and < 99.95 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    /// <summary>Dead letters by rule, the most frequent first; empty without one.</summary>
    public static string Rules(IReadOnlyDictionary<string, long> rules) =>
        string.Join(", ", Sorted(rules).Select(x => $"{x.Key} {x.Value}"));

    /// <summary>A text as an addition to what stands before it; empty where it is empty.</summary>
    public static string InParentheses(string text) => text.Length == 0 ? string.Empty : $" ({text})";

    /// <summary>How long ago something happened.</summary>
    /// <param name="ago">The time since; null where it did not happen yet.</param>
    public static string Ago(TimeSpan? ago) => ago switch
    {
        null => "not yet",
        { TotalSeconds: < 2 } => "just now",
        { } time => $"{Words.Duration(time)} ago",
    };

    /// <summary>The most frequent rule first.</summary>
    public static IEnumerable<KeyValuePair<string, long>> Sorted(IReadOnlyDictionary<string, long> rules) =>
        rules.OrderByDescending(x => x.Value).ThenBy(x => x.Key, StringComparer.Ordinal);

    /// <summary>How old the counts are, and why one is missing.</summary>
    public static string DepthNote(QueueCounts counts, TimeSpan? age)
    {
        var counted = $"Counted by SQS {Words.Duration(age ?? default)} ago";
        return counts switch
        {
            { Problem: null } => counted,
            { Queue: null, DeadLetters: null } => counts.Problem,
            _ => $"{counted}. {counts.Problem}",
        };
    }

    /// <summary>What is on both queues.</summary>
    public static string Depths(QueueCounts counts, SqsSettings settings)
    {
        var queue = counts.Queue is { } depth ? $"{settings.QueueName} has {depth}" : counts.Problem!;
        return counts.DeadLetters is { } dead ? $"{queue}; {settings.DeadLetterQueue} has {dead.Total}" : queue;
    }
}
