using System.Security.Cryptography;

namespace FetchEtl.Masking;

/// <summary>
/// Masks by <see cref="MaskingMethod.Sha256"/> or <see cref="MaskingMethod.SaltedSha256"/>: the same way in all fields,
/// without a generation in front. These masks can be reversed by trial; use it only for a table that was filled this
/// way before.
/// </summary>
public sealed class Sha256PiiMasker : IPiiMasker
{
    /// <summary>The length of every mask, in characters.</summary>
    public const int MaskLength = 2 * SHA256.HashSizeInBytes;

    private readonly SaltedHash _hash;

    /// <summary>Creates a masker.</summary>
    /// <param name="options">Settings with one of the two methods.</param>
    /// <exception cref="MaskingRefusedException">
    /// The settings are invalid; see <see cref="MaskingOptions.Validate"/>.
    /// </exception>
    /// <exception cref="ArgumentException">The settings choose <see cref="MaskingMethod.Hmac"/>.</exception>
    public Sha256PiiMasker(MaskingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        MaskingOptionsValidation.Require(options);
        _hash = SaltedHash.Of(options.Method, options.Salt)
            ?? throw new ArgumentException("Masking:Method Hmac is not a method of this masker.", nameof(options));
    }

    /// <inheritdoc/>
    public string? Mask(PiiField field, PersonalText? value)
    {
        var text = value?.Reveal();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.Hash(text, bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
