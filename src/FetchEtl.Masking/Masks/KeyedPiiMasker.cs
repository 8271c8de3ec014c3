using System.Text;

namespace FetchEtl.Masking;

/// <summary>
/// Masks by HMAC-SHA-256 under secret keys. The recipe, for other programs that must compute the same masks:
/// <list type="number">
/// <item>Subkeys: HKDF-SHA-256 (RFC 5869) of the decoded key, no salt, 32 bytes, <c>info</c> as named below in
/// ASCII.</item>
/// <item>Generation 1: HMAC of the value in UTF-8. The info is <c>fetchetl/mask/v1/device_id</c> or
/// <c>fetchetl/mask/v1/user_id</c>; <c>fetchetl/mask/v1/ip</c> for an IP address in canonical text (dotted quad, also
/// for IPv4-mapped IPv6, else eight groups of four lower-case hex digits); <c>fetchetl/mask/v1/ip-text</c> for an ip
/// field that holds no address.</item>
/// <item>Generation 1 where <see cref="MaskingOptions.Former"/> is set: HMAC of the 32 raw bytes of that method's hash
/// of the value as written, under info <c>fetchetl/mask/v1/former/ip</c>, and likewise with the other fields'
/// names.</item>
/// <item>Generation n: HMAC of generation n-1's 32 raw bytes, under key n and info <c>fetchetl/mask/v1/layer/ip</c>,
/// and likewise with the other fields' names.</item>
/// <item>The mask: n, a colon, the last layer's 64 lower-case hex digits.</item>
/// </list>
/// A field of a look-alike method (<see cref="MaskingMethods.IsLookAlike"/>) is encrypted instead, under the newest key
/// alone: the subkey's info is <c>fetchetl/mask/v1/ipcrypt/ip</c> (its first 16 bytes),
/// <c>fetchetl/mask/v1/ipcrypt-pfx/ip</c> or <c>fetchetl/mask/v1/ff1/device_id</c>. FF1's tweak is the value with every
/// digit as 0.
/// </summary>
/// <remarks>
/// A new key adds a layer over the old masks instead of replacing them, so rows can be rekeyed without their raw
/// values. A look-alike mask is decrypted and encrypted again. Thread-safe.
/// </remarks>
public sealed class KeyedPiiMasker : IPiiMasker
{
    private readonly KeyRing _ring;
    private readonly FieldKeys[] _keys;
    private readonly MaskKey _ipTextKey;
    private readonly SaltedHash? _former;
    private readonly MaskingMethod[] _methods;
    private readonly ILookAlike?[] _newest;
    private readonly LookAlikes _lookAlikes;

    /// <summary>Reads the keys and derives the subkeys.</summary>
    /// <param name="options">Settings with <see cref="MaskingMethod.Hmac"/>.</param>
    /// <exception cref="MaskingRefusedException">
    /// The settings are invalid, or there is no key; see <see cref="MaskingOptions.Validate"/>.
    /// </exception>
    public KeyedPiiMasker(MaskingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        MaskingOptionsValidation.Require(options);
        _ring = new KeyRing(options);
        VaultSigner = new VaultSigner(_ring);
        _former = SaltedHash.OfFormer(options);
        _keys = [.. PiiFields.All.Select(field =>
            new FieldKeys(_ring, field.Name(), _former is null ? field.Name() : $"former/{field.Name()}"))];
        _ipTextKey = _ring.Subkey(1, "ip-text");
        _lookAlikes = new LookAlikes(_ring);
        _methods = [.. PiiFields.All.Select(options.MethodOf)];
        _newest = Array.ConvertAll(
            _methods, method => method.IsLookAlike() ? _lookAlikes.Of(method, Generation) : null);
        MessageIds = new MessageIdKey(_ring);
    }

    /// <summary>The newest generation, from 1: the number of keys.</summary>
    public int Generation => _ring.Count;

    /// <summary>
    /// The length of the masks of <see cref="Generation"/> by <see cref="MaskingMethod.Hmac"/>, in characters. An
    /// address is shorter, and a look-alike device id as long as its value.
    /// </summary>
    public int MaskLength => Masking.Mask.Length(Generation);

    /// <summary>Signs the vault's entries under these keys.</summary>
    public VaultSigner VaultSigner { get; }

    /// <summary>Creates keyed message ids under the same keys.</summary>
    public MessageIdKey MessageIds { get; }

    /// <summary>
    /// Returns the text by which a table recognizes a generation's key, and in generation 1 also the former method. It
    /// reveals nothing of the key.
    /// </summary>
    /// <param name="generation">The generation, 1 to <see cref="Generation"/>.</param>
    /// <returns>16 lower-case hex digits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no key of that generation.</exception>
    public string KeyCheck(int generation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(generation, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(generation, Generation);
        return _ring.Check(generation);
    }

    /// <summary>
    /// Returns the text that proves a table's record of a generation: only a holder of the keys can compute it. It
    /// covers the generation, its <see cref="KeyCheck"/> and its settings, and reveals nothing of the keys.
    /// </summary>
    /// <param name="generation">The generation, 1 to <see cref="Generation"/>.</param>
    /// <param name="settings">The settings' text; null for a record that is older than settings.</param>
    /// <returns>64 lower-case hex digits.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no key of that generation.</exception>
    public string GenerationMac(int generation, string? settings) =>
        _ring.Mac(generation, KeyCheck(generation), settings);

    /// <summary>
    /// Whether a holder of the keys wrote a record of a generation. The key of the generation before decides, so it
    /// can be asked for the generation after the newest too.
    /// </summary>
    /// <param name="generation">The generation, 1 to one more than <see cref="Generation"/>.</param>
    /// <param name="keyCheck">The record's check.</param>
    /// <param name="mac">The record's MAC.</param>
    /// <param name="settings">The record's settings; null where it has none.</param>
    /// <returns>False also where one of them is missing, or there is no key to verify it.</returns>
    public bool IsGenuine(int generation, string? keyCheck, string? mac, string? settings) =>
        keyCheck is not null && mac is not null && generation >= 1 && generation <= Generation + 1
        && _ring.Mac(generation, keyCheck, settings) == mac;

    /// <summary>Returns the method that masks a field.</summary>
    /// <param name="field">The field.</param>
    /// <returns>The method of the settings.</returns>
    public MaskingMethod MethodOf(PiiField field) => _methods[Place(field)];

    /// <summary>
    /// Whether <see cref="Mask(PiiField, PersonalText?)"/> can mask a value. Only a look-alike method cannot mask every
    /// value: it needs a plain IP address, or a device id of 6 to 256 digits and separators.
    /// </summary>
    /// <param name="field">The field that holds the value.</param>
    /// <param name="value">The raw value.</param>
    /// <returns>True also for null and for an empty text, which have no mask.</returns>
    public bool CanMask(PiiField field, PersonalText? value) =>
        _newest[Place(field)] is not { } lookAlike
        || value?.Reveal() is not { Length: > 0 } text
        || lookAlike.Mask(text) is not null;

    /// <inheritdoc/>
    /// <remarks>Null also for a value of which <see cref="CanMask"/> says no.</remarks>
    public string? Mask(PiiField field, PersonalText? value)
    {
        var text = value?.Reveal();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (_newest[Place(field)] is { } lookAlike)
        {
            return lookAlike.Mask(text);
        }

        return MaskByHmac(field, text, Generation);
    }

    /// <summary>
    /// Masks a value as a generation did. A table, a vault or a copy can hold the value under any of them while a
    /// rotation is under way, or after it.
    /// </summary>
    /// <param name="field">The field that holds the value.</param>
    /// <param name="value">The raw value.</param>
    /// <param name="generation">The generation, 1 to <see cref="Generation"/>.</param>
    /// <param name="method">
    /// The method of that generation: <see cref="MaskingMethod.Hmac"/>, which has a mask for every value, or one of the
    /// field's look-alike methods. The field's method in the settings does not matter.
    /// </param>
    /// <returns>
    /// By Hmac the layers up to the generation; by a look-alike method the mask under that generation's key alone, or
    /// null for a value that the method cannot mask. Null for null and for an empty text.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// There is no key of that generation, or the method is none of the field's keyed methods.
    /// </exception>
    public string? MaskOf(PiiField field, PersonalText? value, int generation, MaskingMethod method)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(generation, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(generation, Generation);
        if (method != MaskingMethod.Hmac && !(method.IsLookAlike() && MaskingMethods.Of(field).Contains(method)))
        {
            throw new ArgumentException($"{method} is no keyed method of {field.Name()}", nameof(method));
        }

        var text = value?.Reveal();
        return string.IsNullOrEmpty(text) ? null
            : method.IsLookAlike() ? _lookAlikes.Of(method, generation).Mask(text)
            : MaskByHmac(field, text, generation);
    }

    /// <summary>
    /// Turns a look-alike mask back into its value. Every call is a place where personal data can leak: the masking key
    /// alone is enough, so a copy of the table together with the key holds the raw values. An address comes back in its
    /// usual text, whichever way it was written.
    /// </summary>
    /// <param name="field">The field that the mask belongs to.</param>
    /// <param name="mask">The mask. Any text of the form has some value: nothing distinguishes a forged mask from a
    /// real one.</param>
    /// <param name="generation">
    /// The key's generation, 1 to <see cref="Generation"/>; the row's <c>mask_generation</c>.
    /// </param>
    /// <param name="method">
    /// The look-alike method of that generation; null for the field's method in the settings.
    /// </param>
    /// <returns>The value; null for a text that is no mask of the method.</returns>
    /// <exception cref="ArgumentException">
    /// There is no key of that generation, or the method is none of the field's look-alike methods, so nothing can turn
    /// its masks back.
    /// </exception>
    public PersonalText? Unmask(PiiField field, string mask, int generation, MaskingMethod? method = null)
    {
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentOutOfRangeException.ThrowIfLessThan(generation, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(generation, Generation);
        var used = method ?? MethodOf(field);
        if (!used.IsLookAlike() || !MaskingMethods.Of(field).Contains(used))
        {
            throw new ArgumentException(
                $"{used} has no masks of {field.Name()} that can be turned back", nameof(method));
        }

        return _lookAlikes.Of(used, generation).Unmask(mask) is { } text ? new PersonalText(text) : null;
    }

    /// <summary>
    /// Replaces a look-alike mask by the mask that <see cref="Mask(PiiField, PersonalText?)"/> returns for the same
    /// value now: under the newest key, and by today's method.
    /// </summary>
    /// <param name="field">The field that the mask belongs to.</param>
    /// <param name="mask">The mask.</param>
    /// <param name="generation">The generation of its key, 1 to <see cref="Generation"/>.</param>
    /// <param name="method">The look-alike method of that generation.</param>
    /// <returns>The mask of <see cref="Generation"/>; null for a text that is no mask of the method.</returns>
    /// <exception cref="ArgumentException">As <see cref="Unmask"/>.</exception>
    public string? Rekey(PiiField field, string mask, int generation, MaskingMethod method) =>
        Mask(field, Unmask(field, mask, generation, method));

    private string MaskByHmac(PiiField field, string text, int generation)
    {
        var keys = Keys(field);
        Span<byte> hash = stackalloc byte[Masking.Mask.HashLength];
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

        return AddLayers(keys, from: 1, generation, hash);
    }

    /// <summary>
    /// Adds the layers that a mask of <see cref="MaskingMethod.Hmac"/> lacks. The result equals the mask that
    /// <see cref="Mask(PiiField, PersonalText?)"/> returns for the same value by that method.
    /// </summary>
    /// <param name="field">The field that the mask belongs to.</param>
    /// <param name="mask">A mask of generation 1 to <see cref="Generation"/>.</param>
    /// <returns>The mask of <see cref="Generation"/>.</returns>
    /// <exception cref="ArgumentException">
    /// The text is not a mask, or there is no key of its generation. The exception does not quote the text.
    /// </exception>
    public string Rekey(PiiField field, string mask)
    {
        if (!Masking.Mask.TryParse(mask, out var parsed) || parsed.Generation > Generation)
        {
            throw new ArgumentException($"is not a mask of generation 1 to {Generation}", nameof(mask));
        }

        Span<byte> hash = stackalloc byte[Masking.Mask.HashLength];
        parsed.Hash.CopyTo(hash);
        return AddLayers(Keys(field), parsed.Generation, Generation, hash);
    }

    /// <summary>
    /// Turns a mask of <see cref="MaskingOptions.Former"/> into a keyed mask. The result equals the mask that
    /// <see cref="Mask(PiiField, PersonalText?)"/> returns for the same value.
    /// </summary>
    /// <param name="field">The field that the mask belongs to.</param>
    /// <param name="hash">The former method's 32 bytes.</param>
    /// <returns>The mask of <see cref="Generation"/>.</returns>
    /// <exception cref="InvalidOperationException"><see cref="MaskingOptions.Former"/> is not set.</exception>
    public string RekeyFormer(PiiField field, ReadOnlySpan<byte> hash)
    {
        if (_former is null)
        {
            throw new InvalidOperationException("Masking:Former is not set, so no mask of a former method can be " +
                "rekeyed.");
        }

        var keys = Keys(field);
        Span<byte> first = stackalloc byte[Masking.Mask.HashLength];
        keys.First.Hash(hash, first);
        return AddLayers(keys, from: 1, Generation, first);
    }

    /// <summary>Derives a subkey of the newest generation for one purpose.</summary>
    internal MaskKey Subkey(string purpose) => _ring.Subkey(Generation, purpose);

    private static void Hash(string text, MaskKey key, Span<byte> destination)
    {
        const int stackLimit = 1024;
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var utf8 = size <= stackLimit ? stackalloc byte[stackLimit] : new byte[size];
        key.Hash(utf8[..Encoding.UTF8.GetBytes(text, utf8)], destination);
    }

    private FieldKeys Keys(PiiField field) => _keys[Place(field)];

    private int Place(PiiField field) => (uint)field < (uint)_keys.Length
        ? (int)field
        : throw new ArgumentOutOfRangeException(nameof(field), field, "is not a field that can be masked");

    private static string AddLayers(FieldKeys keys, int from, int to, Span<byte> hash)
    {
        foreach (var layer in keys.Layers.AsSpan(from - 1, to - from))
        {
            layer.Hash(hash, hash);
        }

        return Masking.Mask.Format(to, hash);
    }

    /// <summary>A field's subkeys: that of generation 1, and those of the layers from generation 2 on.</summary>
    private sealed class FieldKeys(KeyRing ring, string field, string first)
    {
        public MaskKey First { get; } = ring.Subkey(1, first);

        public MaskKey[] Layers { get; } =
            [.. Enumerable.Range(2, ring.Count - 1).Select(generation => ring.Subkey(generation, $"layer/{field}"))];
    }
}
