using System.Buffers;

namespace FetchEtl.Masking;

/// <summary>
/// Masks device ids by device ids: FF1 encrypts the digits, and every separator keeps its place. The layout is the
/// tweak, so equal digits in another layout have another mask.
/// </summary>
internal sealed class DeviceIdLookAlike(Ff1Cipher cipher) : ILookAlike
{
    /// <summary>
    /// The fewest digits: NIST SP 800-38G, revision 1, requires one million values, below which FF1 is attacked.
    /// </summary>
    public const int MinDigits = 6;

    /// <summary>The longest value that a login may hold.</summary>
    public const int MaxLength = 256;

    // No colon: a mask with one could look like a mask of Hmac.
    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789-._/ ");

    public string? Mask(string value) => Run(value, static (cipher, digits, layout) => cipher.Encrypt(digits, layout));

    public string? Unmask(string mask) => Run(mask, static (cipher, digits, layout) => cipher.Decrypt(digits, layout));

    private string? Run(string text, Change change)
    {
        if (text.Length > MaxLength || text.AsSpan().ContainsAnyExcept(Allowed))
        {
            return null;
        }

        Span<byte> layout = stackalloc byte[text.Length];
        Span<byte> digits = stackalloc byte[text.Length];
        var count = 0;
        for (var place = 0; place < text.Length; place++)
        {
            var isDigit = char.IsAsciiDigit(text[place]);
            layout[place] = (byte)(isDigit ? '0' : text[place]);
            if (isDigit)
            {
                digits[count++] = (byte)(text[place] - '0');
            }
        }

        if (count < MinDigits)
        {
            return null;
        }

        change(cipher, digits[..count], layout);
        Span<char> result = stackalloc char[text.Length];
        var next = 0;
        for (var place = 0; place < text.Length; place++)
        {
            result[place] = layout[place] == '0' ? (char)('0' + digits[next++]) : text[place];
        }

        return new string(result);
    }

    private delegate void Change(Ff1Cipher cipher, Span<byte> digits, ReadOnlySpan<byte> layout);
}
