using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace FetchEtl.Logins;

/// <summary>
/// A mask of <see cref="HmacPiiMasker"/>, taken apart. Its text is the generation, a colon and 64 lower-case hex digits;
/// no other text is one, so that a mask has one text.
/// </summary>
internal readonly struct Mask
{
    /// <summary>The bytes that the hex digits stand for.</summary>
    public const int HashLength = HMACSHA256.HashSizeInBytes;

    /// <summary>More generations than anybody rotates through, and few enough to keep the text within its column.</summary>
    public const int MaxGeneration = 9999;

    private const int HexLength = 2 * HashLength;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly byte[] _hash;

    private Mask(int generation, byte[] hash)
    {
        Generation = generation;
        _hash = hash;
    }

    /// <summary>How many layers the value has gone through, 1 and up.</summary>
    public int Generation { get; }

    /// <summary>The newest layer's 32 bytes.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>The length of a generation's masks in characters.</summary>
    public static int Length(int generation) => generation.ToString(CultureInfo.InvariantCulture).Length + 1 + HexLength;

    public static string Format(int generation, ReadOnlySpan<byte> hash)
    {
        Span<char> hex = stackalloc char[HexLength];
        Convert.TryToHexStringLower(hash, hex, out _);
        return $"{generation}:{hex}";
    }

    public static bool TryParse(string? text, out Mask mask)
    {
        mask = default;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 1 || text![0] == '0' || text.Length != colon + 1 + HexLength || text.AsSpan(colon + 1).ContainsAnyExcept(LowerHex))
        {
            return false;
        }

        if (!int.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            || generation > MaxGeneration)
        {
            return false;
        }

        mask = new Mask(generation, Convert.FromHexString(text.AsSpan(colon + 1)));
        return true;
    }

    /// <summary>The mask's text.</summary>
    public override string ToString() => Format(Generation, Hash);
}
