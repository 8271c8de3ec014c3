using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Masking;

/// <summary>
/// The format of sealed values. The plain text is the field's name, a colon and the value as written, in UTF-8, as in
/// <c>ip:192.0.2.1</c>. It is encrypted by RSA-OAEP with SHA-256 and no label. A value that is longer than a block is
/// split over several blocks, each with the field in front; the blocks follow each other without a separator.
/// </summary>
/// <remarks>A seal says who may read a value, not who wrote it: anyone who has the public key can create one.</remarks>
internal static class SealFormat
{
    public static readonly RSAEncryptionPadding Padding = RSAEncryptionPadding.OaepSHA256;

    /// <summary>Returns the bytes of a sealed block.</summary>
    public static int BlockLength(RSA key) => (key.KeySize + 7) / 8;

    /// <summary>Returns the most bytes that a block holds (RFC 8017, 7.1.1).</summary>
    public static int BlockCapacity(RSA key) => BlockLength(key) - (2 * SHA256.HashSizeInBytes) - 2;

    /// <summary>Returns the key's fingerprint; see <see cref="SealingKey.KeyId"/>.</summary>
    public static string KeyId(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo));

    public static byte[] Prefix(string field) => Encoding.UTF8.GetBytes($"{field}:");
}
