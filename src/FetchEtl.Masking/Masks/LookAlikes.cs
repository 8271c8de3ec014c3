using System.Collections.Concurrent;

namespace FetchEtl.Masking;

/// <summary>The ciphers of look-alike masks, one for each method and generation. Thread-safe.</summary>
internal sealed class LookAlikes(KeyRing ring)
{
    private readonly ConcurrentDictionary<(MaskingMethod Method, int Generation), ILookAlike> _all = new();

    /// <param name="method">A look-alike method.</param>
    /// <param name="generation">A generation of the ring.</param>
    public ILookAlike Of(MaskingMethod method, int generation) => _all.GetOrAdd((method, generation), Create);

    private ILookAlike Create((MaskingMethod Method, int Generation) x) => x.Method switch
    {
        MaskingMethod.IpCrypt => new AddressLookAlike(
            new IpCryptCipher(ring.CipherKey(x.Generation, "ipcrypt/ip").AsSpan(0, IpCryptCipher.KeyLength))),
        MaskingMethod.IpCryptPfx => new AddressLookAlike(
            new IpCryptPfxCipher(ring.CipherKey(x.Generation, "ipcrypt-pfx/ip"))),
        MaskingMethod.Ff1 => new DeviceIdLookAlike(new Ff1Cipher(ring.CipherKey(x.Generation, "ff1/device_id"))),
        _ => throw new ArgumentOutOfRangeException(nameof(x), x.Method, "is not a method of look-alike masks"),
    };
}
