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

    /// <summary>
    /// An address becomes another address: ipcrypt-deterministic of draft-denis-ipcrypt, AES-128. Masks of IPv4 look
    /// like IPv6. For <c>ip</c> only. Anyone with the key turns masks back into addresses.
    /// </summary>
    IpCrypt = 3,

    /// <summary>
    /// An address becomes another address of its kind: ipcrypt-pfx of draft-denis-ipcrypt. Addresses of one subnet have
    /// masks of one subnet, which is what it leaks. For <c>ip</c> only. Anyone with the key turns masks back into
    /// addresses.
    /// </summary>
    IpCryptPfx = 4,

    /// <summary>
    /// The digits of a device id become other digits, and its separators stay: FF1 of NIST SP 800-38G, revision 1,
    /// AES-256, with the layout as the tweak. For <c>device_id</c> only, from six digits on. Anyone with the key turns
    /// masks back into device ids.
    /// </summary>
    Ff1 = 5,
}
