using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Masking;

/// <summary>
/// A subkey for one purpose. Thread-safe. It keeps keyed HMAC instances for the next value: keying one for each value
/// takes twice the time.
/// </summary>
internal sealed class MaskKey(byte[] subkey)
{
    private readonly ConcurrentBag<IncrementalHash> _idle = [];

    public static MaskKey Derive(byte[] key, string purpose) => new(DeriveBytes(key, purpose));

    /// <summary>Derives the 32 bytes of a subkey. They are a secret.</summary>
    public static byte[] DeriveBytes(byte[] key, string purpose)
    {
        var info = Encoding.ASCII.GetBytes($"fetchetl/mask/v1/{purpose}");
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, key, HMACSHA256.HashSizeInBytes, info: info);
    }

    /// <summary>Computes HMAC-SHA-256. Both spans may be the same.</summary>
    public void Hash(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (!_idle.TryTake(out var mac))
        {
            mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, subkey);
        }

        mac.AppendData(source);
        mac.GetHashAndReset(destination);
        _idle.Add(mac);
    }
}
