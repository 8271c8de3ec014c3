using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Masking;

/// <summary>
/// The keys by generation, from 1. A generation that was used is never removed: later generations are layers over it.
/// </summary>
internal sealed class KeyRing
{
    private const int CheckLength = 16;

    private readonly IReadOnlyList<byte[]> _keys;
    private readonly SaltedHash? _former;

    /// <exception cref="MaskingRefusedException">
    /// A key is missing, unreadable, malformed, too short or repeated.
    /// </exception>
    public KeyRing(MaskingOptions options)
    {
        var problems = new List<string>();
        _keys = MaskingKeys.Read(options, MaskingOptions.Section, problems.Add);
        _former = SaltedHash.OfFormer(options);
        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    /// <summary>The newest generation.</summary>
    public int Count => _keys.Count;

    /// <summary>Derives a generation's subkey for one purpose.</summary>
    public MaskKey Subkey(int generation, string purpose) => MaskKey.Derive(_keys[generation - 1], purpose);

    /// <summary>Derives the 32 bytes of a generation's subkey for a cipher.</summary>
    public byte[] CipherKey(int generation, string purpose) => MaskKey.DeriveBytes(_keys[generation - 1], purpose);

    /// <summary>
    /// Returns the text by which a table recognizes a generation's key: 16 hex digits that reveal nothing of the key.
    /// It is the HMAC of the empty text under info <c>fetchetl/mask/v1/check</c>. In generation 1 with a former method
    /// it is the HMAC of that method's hash of the empty text, because that generation's masks depend on the former
    /// method too.
    /// </summary>
    public string Check(int generation)
    {
        Span<byte> hash = stackalloc byte[Mask.HashLength];
        scoped ReadOnlySpan<byte> source = [];
        if (generation == 1 && _former is not null)
        {
            _former.Hash(string.Empty, hash);
            source = hash;
        }

        Subkey(generation, "check").Hash(source, hash);
        return Convert.ToHexStringLower(hash)[..CheckLength];
    }

    /// <summary>
    /// Returns the MAC of a generation, a check and settings, under info <c>fetchetl/mask/v1/generation</c>. The key is
    /// that of the generation before, so that a process which lacks the newest key can still distinguish a genuine row
    /// from a forged one. Generation 1 has its own key. Without settings it is the MAC of rows that are older than
    /// them.
    /// </summary>
    public string Mac(int generation, string check, string? settings)
    {
        Span<byte> hash = stackalloc byte[Mask.HashLength];
        var record = settings is null
            ? FormattableString.Invariant($"{generation}:{check}")
            : FormattableString.Invariant($"{generation}:{check}\n{settings}");
        var text = Encoding.UTF8.GetBytes(record);
        Subkey(Math.Max(1, generation - 1), "generation").Hash(text, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>
    /// Derives the bytes from which a generation's signing key of the vault is built. They are a secret.
    /// </summary>
    public byte[] SigningSecret(int generation, int length) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, _keys[generation - 1], length, info: "fetchetl/mask/v1/vault-signature"u8.ToArray());
}
