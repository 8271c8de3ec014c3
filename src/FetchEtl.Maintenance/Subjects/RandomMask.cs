using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Random texts in the place of masks: of the same form, and nobody's. Each is drawn anew, so that two rows of one
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

    /// <summary>Returns a random text in the form of a stored one.</summary>
    /// <param name="stored">A mask of any method, or a value as received.</param>
    /// <returns>
    /// A mask of the same generation, a hash, an address of the same family or the same text with other digits;
    /// <see cref="ErasedPrefix"/> and 32 hex digits in the place of all else.
    /// </returns>
    public string Like(string stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return Mask.TryParse(stored, out var mask)
            ? string.Create(CultureInfo.InvariantCulture, $"{mask.Generation}:{Hex(Mask.HashLength)}")
            : stored.Length == HexLength && stored.All(char.IsAsciiHexDigit) ? Hex(Mask.HashLength)
            : IPAddress.TryParse(stored, out var address) && stored.AsSpan().ContainsAny('.', ':') ? Address(address)
            : $"{ErasedPrefix}{Hex(Mask.HashLength / 2)}";
    }

    /// <summary>Returns a random text for a device id that keeps its form, whose digits alone are masked.</summary>
    /// <param name="stored">A mask of any method.</param>
    /// <returns>As <see cref="Like"/>, where the text is none of digits and separators.</returns>
    public string LikeDigits(string stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return stored.Any(char.IsAsciiDigit) && !stored.Any(char.IsLetter) && !stored.Contains(':')
            ? string.Concat(stored.Select(character => char.IsAsciiDigit(character) ? Digit() : character))
            : Like(stored);
    }

    private string Hex(int bytes)
    {
        Span<byte> random = stackalloc byte[bytes];
        fill(random);
        return Convert.ToHexStringLower(random);
    }

    private string Address(IPAddress like)
    {
        Span<byte> random = stackalloc byte[like.AddressFamily == AddressFamily.InterNetwork ? 4 : 16];
        fill(random);
        return new IPAddress(random).ToString();
    }

    /// <summary>Each digit with the same probability: bytes from 250 on are drawn again.</summary>
    private char Digit()
    {
        Span<byte> random = stackalloc byte[1];
        do
        {
            fill(random);
        }
        while (random[0] >= 250);

        return (char)('0' + (random[0] % 10));
    }
}
