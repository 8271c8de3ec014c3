namespace FetchEtl.Masking;

/// <summary>
/// A permutation of addresses. An address has 16 bytes, IPv4 as IPv4-mapped IPv6. Thread-safe.
/// </summary>
internal interface IAddressCipher
{
    /// <summary>Encrypts an address in place.</summary>
    void Encrypt(Span<byte> address);

    /// <summary>Reverses <see cref="Encrypt"/> in place.</summary>
    void Decrypt(Span<byte> address);
}
