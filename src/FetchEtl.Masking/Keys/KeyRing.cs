using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>The keys by generation, 1 and up. A generation, once used, is never taken away: later ones are layers over it.</summary>
internal sealed class KeyRing
{
    private const int CheckLength = 16;

    private readonly IReadOnlyList<byte[]> _keys;
    private readonly SaltedHash? _former;

    /// <exception cref="OptionsValidationException">A key is missing, unreadable, malformed, too short or there twice.</exception>
    public KeyRing(MaskingOptions options)
    {
        var problems = new List<string>();
        _keys = KeyTexts.Read(options, problems.Add);
        _former = SaltedHash.OfFormer(options);
        if (problems.Count > 0)
        {
            throw new OptionsValidationException(nameof(LoginsOptions), typeof(LoginsOptions), problems);
        }
    }

    /// <summary>The newest generation.</summary>
    public int Count => _keys.Count;

    /// <summary>The subkey of a generation for one purpose.</summary>
    public MaskKey Subkey(int generation, string purpose) => MaskKey.Derive(_keys[generation - 1], purpose);

    /// <summary>
    /// By which a table can tell that it is given the same key again: 16 hex digits that say nothing of the key. HMAC of the
    /// empty text under info <c>fetchetl/mask/v1/check</c>; in generation 1 with a former method, of that method's hash of it,
    /// since what that generation's masks are depends on it as well.
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
}
