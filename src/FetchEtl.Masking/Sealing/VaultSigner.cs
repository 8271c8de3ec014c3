using System.Numerics;
using System.Security.Cryptography;

namespace FetchEtl.Masking;

/// <summary>
/// Signs the vault's entries. Anyone can seal a value to the vault's public key; only an owner of the masking keys can
/// sign it. There is one key of ECDSA over P-256 for each generation of the masking keys:
/// <list type="number">
/// <item>48 bytes: HKDF-SHA-256 (RFC 5869) of the decoded masking key, no salt, info
/// <c>fetchetl/mask/v1/vault-signature</c>.</item>
/// <item>The private key: these bytes as a big-endian number, modulo the order of P-256 less one, plus one (FIPS 186-5,
/// A.2.1).</item>
/// </list>
/// Thread-safe.
/// </summary>
public sealed class VaultSigner
{
    /// <summary>More than the 32 bytes of P-256's order, so that the remainder is as good as uniform.</summary>
    private const int SecretLength = 48;

    private const int ScalarLength = 32;

    /// <summary>The order of P-256 less one (SP 800-186, 3.2.1.3).</summary>
    private static readonly BigInteger OrderLessOne = new(
        Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632550"),
        isUnsigned: true,
        isBigEndian: true);

    private readonly SignatureKey[] _keys;
    private readonly Lazy<VaultVerifier> _verifier;

    internal VaultSigner(KeyRing ring)
    {
        _keys = [.. Enumerable.Range(1, ring.Count)
            .Select(generation => Key(ring.SigningSecret(generation, SecretLength)))];
        _verifier = new Lazy<VaultVerifier>(() => new VaultVerifier(
            _keys.Index().ToDictionary(key => key.Index + 1, key => key.Item.PublicHalf())));
    }

    /// <summary>Verifies what this object signs. It holds no secret.</summary>
    public VaultVerifier Verifier => _verifier.Value;

    /// <summary>Derives the keys from those of settings.</summary>
    /// <param name="options">Valid settings with masking keys. Files of keys are read.</param>
    /// <returns>The signer.</returns>
    /// <exception cref="MaskingRefusedException">A key is missing, unreadable, malformed or repeated.</exception>
    public static VaultSigner Of(MaskingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new VaultSigner(new KeyRing(options));
    }

    /// <summary>Signs an entry with the key of its mask's generation.</summary>
    /// <param name="field">The entry's field.</param>
    /// <param name="mask">The entry's mask, of a generation that has a key.</param>
    /// <param name="keyId">The entry's <see cref="SealingKey.KeyId"/>.</param>
    /// <param name="sealedValue">What <see cref="SealingKey.Seal"/> returned.</param>
    /// <returns>The signature in DER, about 71 bytes; another one each time.</returns>
    /// <exception cref="ArgumentException">
    /// The text is not a mask, or there is no key of its generation. The exception does not quote the text.
    /// </exception>
    public byte[] Sign(PiiField field, string mask, string keyId, ReadOnlySpan<byte> sealedValue)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        if (!Mask.TryParse(mask, out var parsed) || parsed.Generation > _keys.Length)
        {
            throw new ArgumentException($"is not a mask of generation 1 to {_keys.Length}", nameof(mask));
        }

        return _keys[parsed.Generation - 1].Sign(SealFormat.SignedText(field, parsed, keyId, sealedValue));
    }

    private static SignatureKey Key(byte[] secret)
    {
        var scalar = new BigInteger(secret, isUnsigned: true, isBigEndian: true) % OrderLessOne + BigInteger.One;
        var bytes = new byte[ScalarLength];
        var digits = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(bytes, ScalarLength - digits.Length);
        return new SignatureKey(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = bytes });
    }
}
