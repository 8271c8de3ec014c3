namespace FetchEtl.Masking;

/// <summary>How a value becomes its mask.</summary>
public enum MaskingMethod
{
    /// <summary>HMAC-SHA-256 under secret keys, by the recipe of <see cref="KeyedPiiMasker"/>.</summary>
    Hmac = 0,

    /// <summary>
    /// SHA-256 of the value as written, in UTF-8: 64 lower-case hex digits. Weak: anyone who sees the masks finds every
    /// address and every device id by hashing them all.
    /// </summary>
    Sha256 = 1,

    /// <summary>
    /// SHA-256 of the value as written, followed by <see cref="MaskingOptions.Salt"/>, in UTF-8: 64 lower-case hex
    /// digits. As weak as <see cref="Sha256"/> against anyone who knows the salt.
    /// </summary>
    SaltedSha256 = 2,
}
