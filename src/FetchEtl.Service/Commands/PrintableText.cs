using System.Buffers;
using System.Globalization;
using System.Text;

namespace FetchEtl.Service;

/// <summary>
/// Text of unknown origin for a console: producers choose the values, which must stay on their line and not control a
/// terminal.
/// </summary>
internal static class PrintableText
{
    private const int HexDigits = 4;

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>
    /// Escapes what a terminal obeys or reorders, as JSON does: <c>\u001b</c>. These are control characters, line and
    /// paragraph separators, and the marks that change the direction of text. A backslash that would read as such an
    /// escape becomes <c>\u005c</c>, so the value can be recovered.
    /// </summary>
    public static string Of(string text)
    {
        StringBuilder? escaped = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsHarmless(text, i))
            {
                escaped ??= new StringBuilder(text, 0, i, text.Length + 16);
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:x4}");
            }
            else
            {
                escaped?.Append(text[i]);
            }
        }

        return escaped?.ToString() ?? text;
    }

    private static bool IsHarmless(string text, int index) => text[index] switch
    {
        '\\' => !IsEscape(text.AsSpan(index + 1)),
        >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' or '\u200e' or '\u200f' or '\u061c' => false,
        '\u2028' or '\u2029' => false,
        var other => !char.IsControl(other),
    };

    private static bool IsEscape(ReadOnlySpan<char> afterBackslash) =>
        afterBackslash.Length > HexDigits && afterBackslash[0] == 'u'
        && !afterBackslash.Slice(1, HexDigits).ContainsAnyExcept(Hex);
}
