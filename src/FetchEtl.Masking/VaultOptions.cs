namespace FetchEtl.Masking;

/// <summary>The settings of the recoverable copy of masked values (<c>Masking:Vault</c>).</summary>
public sealed class VaultOptions
{
    /// <summary>The shortest RSA key, in bits: 128 bits of security by NIST SP 800-57, part 1.</summary>
    internal const int MinKeyBits = 3072;

    /// <summary>
    /// The PEM file of an RSA public key of at least 3,072 bits (<c>Masking:Vault:PublicKeyFile</c>), as
    /// SubjectPublicKeyInfo or PKCS#1. A file that holds a private key is refused: the private key belongs where values
    /// are revealed.
    /// </summary>
    /// <value>Null by default: there is no vault.</value>
    public string? PublicKeyFile { get; set; }
}
