using System.Text.RegularExpressions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The closed list of reasons of dead letters, so that no part of a body can be in one.</summary>
internal static partial class Reasons
{
    public static bool IsKnown(string? reason) => reason is not null && Known().IsMatch(reason);

    [GeneratedRegex(
        """
            ^(body:\ (is\ not\ a\ JSON\ object|is\ not\ JSON,\ or\ nested\ deeper\ than\ 64\ levels)
            |((?<separator>;\ )?(user_id|app_version|device_type|ip|locale|device_id):\x20
                (is\ missing|is\ null|is\ empty|is\ not\ a\ string|is\ not\ valid\ Unicode
                |is\ longer\ than\ (32|128|256)\ characters
                |contains\ U\+0000,\ which\ PostgreSQL\ can't\ store
                |is\ not\ a\ version\ of\ one\ to\ three\ numeric\ parts,\ at\ most\ 2146\.999\.999))+)\z
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Known();
}
