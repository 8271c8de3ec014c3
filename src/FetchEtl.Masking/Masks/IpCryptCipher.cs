namespace FetchEtl.Masking;

/// <summary>
/// ipcrypt-deterministic of draft-denis-ipcrypt: AES-128 of the address's 16 bytes, IPv4 as IPv4-mapped IPv6.
/// </summary>
/// <param name="key">16 bytes.</param>
internal sealed class IpCryptCipher(ReadOnlySpan<byte> key) : IAddressCipher
{
    /// <summary>The bytes of a key.</summary>
    public const int KeyLength = 16;

    private readonly AesBlocks _aes = new(key);

    public void Encrypt(Span<byte> address)
    {
        using var lane = _aes.Rent();
        lane.Encrypt(address);
    }

    public void Decrypt(Span<byte> address)
    {
        using var lane = _aes.Rent();
        lane.Decrypt(address);
    }
}
