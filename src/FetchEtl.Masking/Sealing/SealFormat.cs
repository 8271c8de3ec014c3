using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Masking;

/// <summary>
/// The format of sealed values. All blocks are encrypted by RSA-OAEP with SHA-256 and no label, and follow each other
/// without a separator.
/// <list type="bullet">
/// <item>Version 2: the plain text is <c>v2</c>, the field's name, the mask for which the value was sealed, and the
/// value as written, in UTF-8, with colons between, as in <c>v2:ip:1:9f86…:192.0.2.1</c>. It is cut into as many blocks
/// as it needs. The entry's <see cref="VaultSigner">signature</see> covers <see cref="SignedText"/>.</item>
/// <item>Version 1: the field's name, a colon and the value, as in <c>ip:192.0.2.1</c>; each block has the field in
/// front. There is no signature.</item>
/// </list>
/// </summary>
/// <remarks>
/// A seal says who may read a value, not who wrote it: anyone who has the public key can create one. The signature says
/// who wrote it.
/// </remarks>
internal static class SealFormat
{
    /// <summary>The beginning of version 2, which is the name of no field.</summary>
    public const string Version2 = "v2:";

    private const string Purpose = "fetchetl/vault/v2";

    public static readonly RSAEncryptionPadding Padding = RSAEncryptionPadding.OaepSHA256;

    /// <summary>Returns the bytes of a sealed block.</summary>
    public static int BlockLength(RSA key) => (key.KeySize + 7) / 8;

    /// <summary>Returns the most bytes that a block holds (RFC 8017, 7.1.1).</summary>
    public static int BlockCapacity(RSA key) => BlockLength(key) - (2 * SHA256.HashSizeInBytes) - 2;

    /// <summary>Returns the key's fingerprint; see <see cref="SealingKey.KeyId"/>.</summary>
    public static string KeyId(ReadOnlySpan<byte> subjectPublicKeyInfo) =>
        Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo));

    /// <summary>Returns what stands before the value in each block of version 1.</summary>
    public static byte[] Prefix(string field) => Encoding.UTF8.GetBytes($"{field}:");

    /// <summary>
    /// Returns the text that an entry's signature covers: six lines, each with a line feed at its end. No part can hold
    /// a line feed, so different entries have different texts.
    /// </summary>
    public static byte[] SignedText(PiiField field, Mask mask, string keyId, ReadOnlySpan<byte> sealedValue) =>
        Encoding.UTF8.GetBytes(FormattableString.Invariant(
            $"{Purpose}\n{field.Name()}\n{mask}\n{mask.Generation}\n{keyId}\n{Convert.ToBase64String(sealedValue)}\n"));
}
