using System.Globalization;

namespace FetchEtl.Service;

/// <summary>Selects letters. A letter matches where it meets every condition that is given.</summary>
internal sealed record LetterFilter
{
    private static readonly Dictionary<char, TimeSpan> Units = new()
    {
        ['s'] = TimeSpan.FromSeconds(1),
        ['m'] = TimeSpan.FromMinutes(1),
        ['h'] = TimeSpan.FromHours(1),
        ['d'] = TimeSpan.FromDays(1),
    };

    /// <summary>
    /// A part of the reason, or a rule such as <c>required</c> or <c>user_id.required</c>, in any letter case.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>The letter's own MessageId or the original one; empty selects all.</summary>
    public IReadOnlySet<string> Ids { get; init; } = new HashSet<string>();

    public TimeSpan? Older { get; init; }

    public TimeSpan? Newer { get; init; }

    /// <summary>How many matching letters to take; null for all.</summary>
    public long? Limit { get; init; }

    /// <summary>Whether the letters were named one by one.</summary>
    public bool NamesLetters => Ids.Count > 0;

    /// <summary>Ids in any letter case.</summary>
    public static IReadOnlySet<string> IdsOf(IEnumerable<string> ids) =>
        ids.ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a duration: a whole number and s, m, h or d, as in <c>90m</c>.</summary>
    public static bool TryParseAge(string text, out TimeSpan age)
    {
        age = default;
        if (text.Length < 2 || !Units.TryGetValue(text[^1], out var unit)
            || !int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count > 100_000)
        {
            return false;
        }

        age = count * unit;
        return true;
    }

    public bool Matches(Letter letter, DateTimeOffset now)
    {
        // A letter without a time is neither older nor newer than anything.
        var age = letter.Age(now);
        return (Reason is null || letter.Reason.Text.Contains(Reason, StringComparison.OrdinalIgnoreCase)
                || ReasonRules.Breaks(letter.Reason.Text, Reason))
            && (Ids.Count == 0 || letter.HasIdIn(Ids))
            && (Older is null || age > Older)
            && (Newer is null || age < Newer);
    }
}
