using System.Globalization;
using System.Security.Cryptography;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Random texts in the place of masks. Each is drawn anew from 2^128 or more, so it is nobody's, and two rows of one
/// person no longer look like one person's.
/// </summary>
/// <param name="fill">Fills bytes with random ones.</param>
public sealed class RandomMask(Action<Span<byte>> fill)
{
    /// <summary>What stands before the random digits where a raw user id stood.</summary>
    public const string ErasedPrefix = "erased:";

    private const int HexLength = 2 * Mask.HashLength;

    /// <summary>Draws from the system's generator for secrets.</summary>
    public RandomMask()
        : this(RandomNumberGenerator.Fill)
    {
    }

    /// <summary>Returns what takes the place of a stored text.</summary>
    /// <param name="field">The field that the text belongs to.</param>
    /// <param name="stored">A mask of any method, or a user id as received.</param>
    /// <returns>
    /// A mask of the same generation, or a hash; <see cref="ErasedPrefix"/> and 32 hex digits for a user id as
    /// received. Null for a look-alike: there are so few addresses and device ids that a random one can be
    /// somebody's mask.
    /// </returns>
    public string? Like(PiiField field, string stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return Mask.TryParse(stored, out var mask)
            ? string.Create(CultureInfo.InvariantCulture, $"{mask.Generation}:{Hex(Mask.HashLength)}")
            : stored.Length == HexLength && stored.All(char.IsAsciiHexDigit) ? Hex(Mask.HashLength)
            : PiiFields.Always.Contains(field) ? null
            : $"{ErasedPrefix}{Hex(Mask.HashLength / 2)}";
    }

    private string Hex(int bytes)
    {
        Span<byte> random = stackalloc byte[bytes];
        fill(random);
        return Convert.ToHexStringLower(random);
    }
}
