using System.Security.Cryptography;

namespace FetchEtl.Masking;

/// <summary>
/// The keys that authenticate a message's identity on its way through a queue, where any producer could forge it.
/// </summary>
public static class IdentityKeys
{
    /// <summary>
    /// Derives one subkey for each generation: HKDF-SHA-256 (RFC 5869) of the key, no salt, 32 bytes, info
    /// <c>fetchetl/mask/v1/message-identity</c>. The keys of masks cannot be found from these.
    /// </summary>
    /// <param name="options">The settings that hold the keys. Files of keys are read.</param>
    /// <returns>
    /// The subkeys, the first generation first; none where <see cref="MaskingOptions.Method"/> has no key. They are
    /// secrets.
    /// </returns>
    /// <exception cref="MaskingRefusedException">A key is missing, unreadable, malformed or repeated.</exception>
    public static IReadOnlyList<byte[]> Derive(MaskingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Method != MaskingMethod.Hmac)
        {
            return [];
        }

        var problems = new List<string>();
        var keys = MaskingKeys.Read(options, MaskingOptions.Section, problems.Add);
        IReadOnlyList<byte[]> derived = [.. keys.Select(Derive)];
        MaskingKeys.Erase(keys);
        return problems.Count > 0 ? throw new MaskingRefusedException(problems) : derived;
    }

    private static byte[] Derive(byte[] key) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256,
        key,
        HMACSHA256.HashSizeInBytes,
        info: "fetchetl/mask/v1/message-identity"u8.ToArray());
}
