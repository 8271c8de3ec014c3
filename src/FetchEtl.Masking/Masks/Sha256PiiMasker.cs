using System.Security.Cryptography;

namespace FetchEtl.Logins;

/// <summary>Masks as <see cref="MaskingMethod.Sha256"/> and <see cref="MaskingMethod.SaltedSha256"/> say, alike in all fields, without a prefix.</summary>
internal sealed class Sha256PiiMasker(SaltedHash hash) : IPiiMasker
{
    /// <summary>A mask's length in characters.</summary>
    public const int Length = 2 * SHA256.HashSizeInBytes;

    public string? Mask(PiiField field, PersonalText? value)
    {
        var text = value?.Reveal();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.Hash(text, bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
