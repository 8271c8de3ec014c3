namespace FetchEtl.Logins;

/// <summary>How a value becomes its mask.</summary>
public enum MaskingMethod
{
    /// <summary>HMAC-SHA-256 under secret keys; the recipe is that of <see cref="HmacPiiMasker"/>.</summary>
    Hmac = 0,

    /// <summary>
    /// SHA-256 of the value as written, in UTF-8: 64 lower-case hex digits. Weak: whoever sees the masks finds every address
    /// and every device id by trying them all.
    /// </summary>
    Sha256 = 1,

    /// <summary>
    /// SHA-256 of the value as written with <see cref="MaskingOptions.Salt"/> behind it, in UTF-8: 64 lower-case hex digits.
    /// Weak: as <see cref="Sha256"/> for whoever knows the salt.
    /// </summary>
    SaltedSha256 = 2,
}
