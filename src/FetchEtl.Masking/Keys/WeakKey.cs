using System.Text;

namespace FetchEtl.Masking;

/// <summary>
/// Recognizes keys that were typed instead of drawn at random. Of random keys it refuses fewer than one in a billion.
/// </summary>
internal static class WeakKey
{
    /// <summary>The fewest different bytes of a key. 32 random bytes have about 30.</summary>
    private const int MinDistinct = 16;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Returns why somebody can guess the key, as the end of a sentence; null for a key that looks random.
    /// </summary>
    public static string? Reason(ReadOnlySpan<byte> key)
    {
        if (IsText(key))
        {
            return "is typed text, which can be guessed";
        }

        if (HasPeriod(key))
        {
            return "repeats itself, so it can be guessed";
        }

        if (IsSequence(key))
        {
            return "counts evenly from byte to byte, so it can be guessed";
        }

        return Distinct(key) < MinDistinct ? "has few different bytes, so it can be guessed" : null;
    }

    private static bool IsText(ReadOnlySpan<byte> key)
    {
        try
        {
            foreach (var character in Strict.GetString(key))
            {
                if (char.IsControl(character) && !char.IsWhiteSpace(character))
                {
                    return false;
                }
            }

            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static bool HasPeriod(ReadOnlySpan<byte> key)
    {
        for (var period = 1; period <= key.Length / 2; period++)
        {
            if (key[period..].SequenceEqual(key[..^period]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSequence(ReadOnlySpan<byte> key)
    {
        var step = (byte)(key[1] - key[0]);
        for (var place = 2; place < key.Length; place++)
        {
            if ((byte)(key[place] - key[place - 1]) != step)
            {
                return false;
            }
        }

        return true;
    }

    private static int Distinct(ReadOnlySpan<byte> key)
    {
        var seen = new HashSet<byte>();
        foreach (var value in key)
        {
            seen.Add(value);
        }

        return seen.Count;
    }
}
