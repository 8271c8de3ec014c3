using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Logins;

/// <summary>
/// What is sealed: a value in UTF-8, as written, behind its field's name and a colon, as in <c>ip:192.0.2.1</c>, by
/// RSA-OAEP with SHA-256 and no label. A value longer than a block holds is cut into several, each with the field in front;
/// they stand one behind the other.
/// </summary>
/// <remarks>A seal says who may read a value, not who wrote it: whoever has the public key can make one.</remarks>
internal static class SealFormat
{
    public static readonly RSAEncryptionPadding Padding = RSAEncryptionPadding.OaepSHA256;

    /// <summary>The bytes of a sealed block.</summary>
    public static int BlockLength(RSA key) => (key.KeySize + 7) / 8;

    /// <summary>The most bytes that a block holds (RFC 8017, 7.1.1).</summary>
    public static int BlockCapacity(RSA key) => BlockLength(key) - (2 * SHA256.HashSizeInBytes) - 2;

    public static byte[] Prefix(string field) => Encoding.UTF8.GetBytes($"{field}:");
}
