using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace FetchEtl.Masking;

/// <summary>
/// A mask of <see cref="KeyedPiiMasker"/> in its parts. Its text is the generation, a colon and 64 lower-case hex
/// digits. Every mask has exactly one text.
/// </summary>
public readonly struct Mask
{
    /// <summary>The bytes that the hex digits stand for.</summary>
    public const int HashLength = HMACSHA256.HashSizeInBytes;

    /// <summary>
    /// The highest generation: more than anyone rotates through, and few enough digits that the text fits its column.
    /// </summary>
    internal const int MaxGeneration = 9999;

    private const int HexLength = 2 * HashLength;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly byte[] _hash;

    private Mask(int generation, byte[] hash)
    {
        Generation = generation;
        _hash = hash;
    }

    /// <summary>The number of layers over the value, 1 to 9999; 0 for a default instance.</summary>
    public int Generation { get; }

    /// <summary>The newest layer's 32 bytes.</summary>
    internal ReadOnlySpan<byte> Hash => _hash;

    /// <summary>Reads a mask's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="mask">The mask; a default instance where the text is not a mask.</param>
    /// <returns>False where the text is not a mask of any generation.</returns>
    public static bool TryParse(string? text, out Mask mask)
    {
        mask = default;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (colon < 1 || text![0] == '0' || text.Length != colon + 1 + HexLength
            || text.AsSpan(colon + 1).ContainsAnyExcept(LowerHex))
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

    /// <summary>Returns the mask's text.</summary>
    /// <returns>The text that <see cref="TryParse"/> reads.</returns>
    public override string ToString() => Format(Generation, Hash);

    /// <summary>Returns the length of a generation's masks in characters.</summary>
    internal static int Length(int generation) =>
        generation.ToString(CultureInfo.InvariantCulture).Length + 1 + HexLength;

    internal static string Format(int generation, ReadOnlySpan<byte> hash)
    {
        Span<char> hex = stackalloc char[HexLength];
        Convert.TryToHexStringLower(hash, hex, out _);
        return $"{generation}:{hex}";
    }
}
