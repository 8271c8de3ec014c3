namespace FetchEtl.Masking;

/// <summary>
/// Masks addresses by addresses. IPv4, also when mapped into IPv6, is one value however it was written.
/// </summary>
internal sealed class AddressLookAlike(IAddressCipher cipher) : ILookAlike
{
    public string? Mask(string value)
    {
        Span<byte> address = stackalloc byte[CanonicalIp.Length];
        if (!CanonicalIp.TryRead(value, address))
        {
            return null;
        }

        cipher.Encrypt(address);
        return CanonicalIp.Write(address);
    }

    public string? Unmask(string mask)
    {
        Span<byte> address = stackalloc byte[CanonicalIp.Length];
        if (!CanonicalIp.TryRead(mask, address))
        {
            return null;
        }

        cipher.Decrypt(address);
        return CanonicalIp.Write(address);
    }
}
