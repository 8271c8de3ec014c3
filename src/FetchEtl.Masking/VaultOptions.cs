namespace FetchEtl.Logins;

/// <summary>The recoverable copy of what is masked (<c>Masking:Vault</c>).</summary>
public sealed class VaultOptions
{
    internal const int MinKeyBits = 3072;

    /// <summary>
    /// The PEM file of an RSA public key of at least 3,072 bits (<c>Masking:Vault:PublicKeyFile</c>), as SubjectPublicKeyInfo or
    /// PKCS#1. A file that holds a private key is refused: it belongs where values are revealed, never here.
    /// </summary>
    /// <value>Null by default: there is no vault.</value>
    public string? PublicKeyFile { get; set; }
}
