using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Masking;

/// <summary>SHA-256 of a text as written, followed by a salt, in UTF-8. An empty salt adds nothing.</summary>
internal sealed class SaltedHash(string salt)
{
    /// <summary>Returns the hash by which a method masks; null for <see cref="MaskingMethod.Hmac"/>.</summary>
    public static SaltedHash? Of(MaskingMethod? method, string? salt) => method switch
    {
        MaskingMethod.Sha256 => new SaltedHash(string.Empty),
        MaskingMethod.SaltedSha256 => new SaltedHash(salt ?? string.Empty),
        _ => null,
    };

    public static SaltedHash? OfFormer(MaskingOptions options) => Of(options.Former, options.Salt);

    /// <param name="text">The text.</param>
    /// <param name="destination">Receives the 32 bytes.</param>
    public void Hash(string text, Span<byte> destination) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(text + salt), destination);
}
