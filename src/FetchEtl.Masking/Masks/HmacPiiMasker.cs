using System.Text;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Masks by HMAC-SHA-256 under secret keys. The recipe, for other programs that must get the same masks:
/// <list type="number">
/// <item>Subkeys: HKDF-SHA-256 (RFC 5869) of the decoded key, no salt, 32 bytes, <c>info</c> as named below in ASCII.</item>
/// <item>Generation 1: HMAC of the value in UTF-8, under info <c>fetchetl/mask/v1/device_id</c>,
/// <c>fetchetl/mask/v1/user_id</c>, <c>fetchetl/mask/v1/ip</c> for an IP address in canonical text (dotted quad, also for
/// IPv4-mapped IPv6, else eight groups of four lower-case hex digits), or <c>fetchetl/mask/v1/ip-text</c> for an ip field that
/// holds no address.</item>
/// <item>Generation 1 where <see cref="MaskingOptions.Former"/> is set: HMAC of the 32 raw bytes which that method makes of the
/// value as written, under info <c>fetchetl/mask/v1/former/ip</c>, and so with the other fields' names.</item>
/// <item>Generation n: HMAC of generation n-1's 32 raw bytes, under key n and info <c>fetchetl/mask/v1/layer/ip</c>, and so
/// with the other fields' names.</item>
/// <item>The mask: n, a colon, the last layer's 64 lower-case hex digits.</item>
/// </list>
/// </summary>
/// <remarks>
/// A new key adds a layer over the old masks instead of replacing them, so rows can be lifted to it without their raw values.
/// </remarks>
public sealed class HmacPiiMasker : IPiiMasker
{
    private readonly FieldKeys[] _keys;
    private readonly MaskKey _ipTextKey;
    private readonly SaltedHash? _former;

    /// <summary>Derives the subkeys.</summary>
    /// <param name="options">The keys, one a generation.</param>
    /// <exception cref="OptionsValidationException">
    /// There is no key, or one that is none; see <see cref="MaskingOptions.Keys"/>.
    /// </exception>
    public HmacPiiMasker(IOptions<LoginsOptions> options)
        : this((options ?? throw new ArgumentNullException(nameof(options))).Value.Masking)
    {
    }

    internal HmacPiiMasker(MaskingOptions options)
    {
        Ring = new KeyRing(options);
        _former = SaltedHash.OfFormer(options);
        _keys = [.. PiiFields.All.Select(field => new FieldKeys(Ring, field.Name(), _former is null ? field.Name() : $"former/{field.Name()}"))];
        _ipTextKey = Ring.Subkey(1, "ip-text");
    }

    /// <summary>The keys under which this masks.</summary>
    internal KeyRing Ring { get; }

    /// <inheritdoc/>
    public string? Mask(PiiField field, PersonalText? value)
    {
        var text = value?.Reveal();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var keys = Keys(field);
        Span<byte> hash = stackalloc byte[Logins.Mask.HashLength];
        if (_former is not null)
        {
            _former.Hash(text, hash);
            keys.First.Hash(hash, hash);
        }
        else if (field == PiiField.Ip && !CanonicalIp.TryFormat(text, out text))
        {
            Hash(text, _ipTextKey, hash);
        }
        else
        {
            Hash(text, keys.First, hash);
        }

        return AddLayers(keys, generation: 1, hash);
    }

    /// <summary>
    /// Adds the layers that a mask lacks, so that it equals what <see cref="Mask(PiiField, PersonalText?)"/> makes of its value.
    /// Thread-safe.
    /// </summary>
    /// <param name="field">The field that it masks.</param>
    /// <param name="mask">A mask of any generation of the ring.</param>
    /// <returns>The mask of the newest generation.</returns>
    /// <exception cref="ArgumentException">It is no mask, or of a generation that the ring has not. The text is not quoted.</exception>
    internal string Lift(PiiField field, string mask)
    {
        if (!Logins.Mask.TryParse(mask, out var parsed) || parsed.Generation > Ring.Count)
        {
            throw new ArgumentException($"is no mask of generation 1 to {Ring.Count}", nameof(mask));
        }

        Span<byte> hash = stackalloc byte[Logins.Mask.HashLength];
        parsed.Hash.CopyTo(hash);
        return AddLayers(Keys(field), parsed.Generation, hash);
    }

    /// <summary>The mask of the value from which the former method made this hash. Thread-safe.</summary>
    /// <param name="field">The field that it masks.</param>
    /// <param name="hash">The former method's 32 bytes.</param>
    /// <returns>The mask of the newest generation.</returns>
    /// <exception cref="InvalidOperationException"><see cref="MaskingOptions.Former"/> is not set.</exception>
    internal string LiftFormer(PiiField field, ReadOnlySpan<byte> hash)
    {
        if (_former is null)
        {
            throw new InvalidOperationException("Masking:Former is not set, so no mask is one of a former method.");
        }

        var keys = Keys(field);
        Span<byte> first = stackalloc byte[Logins.Mask.HashLength];
        keys.First.Hash(hash, first);
        return AddLayers(keys, generation: 1, first);
    }

    private static void Hash(string text, MaskKey key, Span<byte> destination)
    {
        const int stackLimit = 1024;
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var utf8 = size <= stackLimit ? stackalloc byte[stackLimit] : new byte[size];
        key.Hash(utf8[..Encoding.UTF8.GetBytes(text, utf8)], destination);
    }

    private FieldKeys Keys(PiiField field) => (uint)field < (uint)_keys.Length
        ? _keys[(int)field]
        : throw new ArgumentOutOfRangeException(nameof(field), field, "is not a field that is masked");

    private string AddLayers(FieldKeys keys, int generation, Span<byte> hash)
    {
        foreach (var layer in keys.Layers.AsSpan(generation - 1))
        {
            layer.Hash(hash, hash);
        }

        return Logins.Mask.Format(Ring.Count, hash);
    }

    /// <summary>A field's subkeys: of generation 1, and of the layers from generation 2 on.</summary>
    private sealed class FieldKeys(KeyRing ring, string field, string first)
    {
        public MaskKey First { get; } = ring.Subkey(1, first);

        public MaskKey[] Layers { get; } =
            [.. Enumerable.Range(2, ring.Count - 1).Select(generation => ring.Subkey(generation, $"layer/{field}"))];
    }
}
