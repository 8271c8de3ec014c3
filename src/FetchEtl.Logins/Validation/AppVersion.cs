namespace FetchEtl.Logins;

/// <summary>
/// The integer form of app versions. A version has one to three numeric parts; leading zeros are allowed and a missing
/// part is 0. A SemVer suffix (<c>-beta.1</c>, <c>+build</c>) is allowed and ignored.
/// </summary>
public static class AppVersion
{
    private const int MajorUnit = 1_000_000;
    private const int MinorUnit = 1_000;
    private const int MaxMajor = 2146;

    /// <summary>Encodes a version.</summary>
    /// <param name="text">The version, such as <c>2.3</c> or <c>2.3.0-beta.1</c>.</param>
    /// <param name="encoding">How to encode it.</param>
    /// <param name="code">The integer for the table; 0 where the result is false.</param>
    /// <returns>False where the text is not a version, or does not fit the encoding.</returns>
    public static bool TryEncode(ReadOnlySpan<char> text, AppVersionEncoding encoding, out int code)
    {
        code = 0;
        var suffix = text.IndexOfAny('-', '+');
        if (suffix >= 0)
        {
            if (!IsSuffix(text[suffix..]))
            {
                return false;
            }

            text = text[..suffix];
        }

        return encoding == AppVersionEncoding.Digits ? TryStripDots(text, out code) : TryOrder(text, out code);
    }

    /// <summary>
    /// Writes an <see cref="AppVersionEncoding.Ordered"/> code as a version, always with three parts.
    /// </summary>
    /// <param name="code">The code, not negative.</param>
    /// <returns>The version: 2003000 gives <c>2.3.0</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The code is negative.</exception>
    public static string Format(int code)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(code);
        return $"{code / MajorUnit}.{code / MinorUnit % 1000}.{code % 1000}";
    }

    /// <summary>Returns the reason for rejecting an invalid version: the rule that it breaks.</summary>
    internal static string Rule(AppVersionEncoding encoding)
    {
        return encoding == AppVersionEncoding.Digits
            ? "is not a version of one to three numeric parts whose digits fit a 32-bit integer"
            : $"is not a version of one to three numeric parts, at most {MaxMajor}.999.999";
    }

    private static bool TryOrder(ReadOnlySpan<char> core, out int code)
    {
        code = 0;
        var unit = MajorUnit;
        foreach (var range in core.Split('.'))
        {
            // After three parts, unit is 0.
            if (unit == 0 || !TryReadPart(core[range], out var part) || part > (unit == MajorUnit ? MaxMajor : 999))
            {
                code = 0;
                return false;
            }

            code += (int)part * unit;
            unit /= 1000;
        }

        return true;
    }

    private static bool TryStripDots(ReadOnlySpan<char> core, out int code)
    {
        code = 0;
        var parts = 0;
        var value = 0L;
        foreach (var range in core.Split('.'))
        {
            if (++parts > 3 || core[range].IsEmpty)
            {
                return false;
            }

            foreach (var digit in core[range])
            {
                if (!char.IsAsciiDigit(digit))
                {
                    return false;
                }

                value = (value * 10) + (digit - '0');
                if (value > int.MaxValue)
                {
                    return false;
                }
            }
        }

        code = (int)value;
        return true;
    }

    /// <summary>Reads ASCII digits. A number above every limit stays above it, however long it is.</summary>
    private static bool TryReadPart(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            value = Math.Min((value * 10) + (digit - '0'), int.MaxValue);
        }

        return !text.IsEmpty;
    }

    private static bool IsSuffix(ReadOnlySpan<char> suffix)
    {
        foreach (var c in suffix)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '+' or '.'))
            {
                return false;
            }
        }

        return suffix.Length > 1;
    }
}
