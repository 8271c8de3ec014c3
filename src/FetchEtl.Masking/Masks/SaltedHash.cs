using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Logins;

/// <summary>SHA-256 of a text as written with a salt behind it, in UTF-8; without a salt where it is empty.</summary>
internal sealed class SaltedHash(string salt)
{
    /// <summary>The hash that the method makes of values; null for <see cref="MaskingMethod.Hmac"/>.</summary>
    public static SaltedHash? Of(MaskingMethod? method, string? salt) => method switch
    {
        MaskingMethod.Sha256 => new SaltedHash(string.Empty),
        MaskingMethod.SaltedSha256 => new SaltedHash(salt ?? string.Empty),
        _ => null,
    };

    public static SaltedHash? OfFormer(MaskingOptions options) => Of(options.Former, options.Salt);

    /// <param name="text">The text.</param>
    /// <param name="destination">Gets the 32 bytes.</param>
    public void Hash(string text, Span<byte> destination) => SHA256.HashData(Encoding.UTF8.GetBytes(text + salt), destination);
}
