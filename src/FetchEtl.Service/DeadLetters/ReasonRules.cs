namespace FetchEtl.Service;

/// <summary>
/// The rules by which metrics and the status page count dead letters, with the words of a letter's reason.
/// docs/dead-letters.md and docs/sources.md list both.
/// </summary>
internal static class ReasonRules
{
    private static readonly Dictionary<string, string[]> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["required"] = ["is missing", "is null", "is empty"],
        ["not_string"] = ["is not a string"],
        ["not_unicode"] = ["is not valid Unicode"],
        ["has_nul"] = ["contains U+0000, which PostgreSQL can't store"],
        ["too_long"] = ["is longer than "],
        ["not_version"] = ["is not a version of "],
        ["redacted"] = ["is ***: "],
        ["is_mask"] = ["has the form of a mask, "],
        ["not_maskable"] = ["is not a plain IP address, ", "is not 6 or more digits and separators, "],
        ["not_json"] = ["is not JSON, "],
        ["not_object"] = ["is not a JSON object"],
        ["not_wrapped"] = ["is not a notification of SNS", "is not an event of EventBridge"],
        ["broken_wrapper"] =
            ["is a request of SNS ", "is a notification of SNS ", "is an event of EventBridge "],
        ["bad_pointer"] = ["is an S3 pointer "],
    };

    /// <summary>The names of the rules, without a field.</summary>
    public static IReadOnlyCollection<string> Names => Words.Keys;

    /// <summary>Whether a reason says that a rule was broken.</summary>
    /// <param name="reason">The reason of a letter.</param>
    /// <param name="rule">A rule such as <c>user_id.required</c>, or without its field, in any letter case.</param>
    public static bool Breaks(string reason, string rule)
    {
        if (rule.Equals("row.rejected", StringComparison.OrdinalIgnoreCase))
        {
            return reason.StartsWith("PostgreSQL rejected the row: ", StringComparison.Ordinal);
        }

        return rule.Split('.') switch
        {
            [var name] when Words.TryGetValue(name, out var words) =>
                Array.Exists(words, word => reason.Contains($": {word}", StringComparison.OrdinalIgnoreCase)),
            [var field, var name] when Words.TryGetValue(name, out var words) =>
                Array.Exists(words, word => IsSaid(reason, $"{field}: {word}")),
            _ => false,
        };
    }

    /// <summary>Whether the reason has the words at its start, or behind those of another field.</summary>
    private static bool IsSaid(string reason, string words) =>
        reason.StartsWith(words, StringComparison.OrdinalIgnoreCase)
        || reason.Contains($"; {words}", StringComparison.OrdinalIgnoreCase);
}
