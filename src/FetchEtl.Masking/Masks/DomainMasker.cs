using System.Buffers.Binary;
using System.Text;

namespace FetchEtl.Masking;

/// <summary>
/// Masks the stored masks once more, under the key of one group of readers. Two groups cannot join their copies, and a
/// mask of a group does not occur in <c>user_logins</c>. The recipe:
/// <list type="number">
/// <item>The stored mask is lifted to the newest generation, so rows of all generations are equal where values
/// are.</item>
/// <item>The domain's subkey: HKDF-SHA-256 of the newest generation's key, no salt, 32 bytes, info
/// <c>fetchetl/mask/v1/domain/NAME</c>.</item>
/// <item>The mask: HMAC of field name, U+0000, period, U+0000 and lifted mask in UTF-8; its first 16 bytes as
/// lower-case hex digits.</item>
/// </list>
/// </summary>
/// <remarks>
/// The period is a part of the text, so masks of different periods are as unrelated as those of different domains.
/// Thread-safe.
/// </remarks>
public sealed class DomainMasker
{
    /// <summary>
    /// The length of every mask, in characters: 128 bits, so that no two values get one mask by chance.
    /// </summary>
    public const int MaskLength = 32;

    private const int Stack = 512;

    private readonly KeyedPiiMasker _masker;
    private readonly Func<int, PiiField, MaskingMethod> _methodOf;
    private readonly MaskKey _key;
    private readonly MaskKey _groupKey;

    /// <summary>Derives the domain's keys.</summary>
    /// <param name="masker">The keys of the stored masks.</param>
    /// <param name="domain">The domain's name, in ASCII and without a slash.</param>
    /// <param name="methodOf">The method by which a generation masked a field.</param>
    public DomainMasker(KeyedPiiMasker masker, string domain, Func<int, PiiField, MaskingMethod> methodOf)
    {
        ArgumentNullException.ThrowIfNull(masker);
        ArgumentException.ThrowIfNullOrEmpty(domain);
        _masker = masker;
        _methodOf = methodOf;
        _key = masker.Subkey($"domain/{domain}");
        _groupKey = masker.Subkey($"domain/{domain}/group");
    }

    /// <summary>Masks what a row of <c>user_logins</c> holds for one field.</summary>
    /// <param name="field">The field.</param>
    /// <param name="stored">
    /// The stored mask, of any generation that the keys have. A <c>user_id</c> may be raw: it gets the mask that it
    /// would have if it were stored masked.
    /// </param>
    /// <param name="generation">The row's generation where its masks do not show it themselves; else null.</param>
    /// <param name="period">The text of the period within which masks are equal where values are.</param>
    /// <returns>The domain's mask; null where nothing is stored.</returns>
    /// <exception cref="MaskingRefusedException">
    /// The text is not a mask, or one of a generation whose key is missing. The message does not quote it.
    /// </exception>
    public string? Mask(PiiField field, string? stored, int? generation, string period)
    {
        if (string.IsNullOrEmpty(stored))
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[Masking.Mask.HashLength];
        Hash(_key, $"{field.Name()}\0{period}\0{Newest(field, stored, generation)}", hash);
        return Convert.ToHexStringLower(hash[..(MaskLength / 2)]);
    }

    /// <summary>
    /// Returns a number for a text, the same for equal texts. Nobody without the keys can find two texts with one
    /// number.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <returns>The first 8 bytes of an HMAC.</returns>
    public long Group(string text)
    {
        Span<byte> hash = stackalloc byte[Masking.Mask.HashLength];
        Hash(_groupKey, text, hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }

    private static void Hash(MaskKey key, string text, Span<byte> destination)
    {
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var utf8 = size <= Stack ? stackalloc byte[Stack] : new byte[size];
        key.Hash(utf8[..Encoding.UTF8.GetBytes(text, utf8)], destination);
    }

    /// <summary>Lifts what is stored to the mask of the newest generation.</summary>
    private string Newest(PiiField field, string stored, int? generation)
    {
        var isMask = Masking.Mask.TryParse(stored, out var mask);
        if (isMask ? mask.Generation > _masker.Generation : generation > _masker.Generation)
        {
            throw Refuse(
                $"user_logins holds masks of generation {(isMask ? mask.Generation : generation)}, and Masking:Keys " +
                $"and Masking:KeyFiles give {_masker.Generation}: add the keys that are missing, in their order.");
        }

        if (isMask)
        {
            return _masker.Rekey(field, stored);
        }

        if (generation is { } made && _methodOf(made, field) is var method && method.IsLookAlike())
        {
            return _masker.Rekey(field, stored, made, method) ?? throw Refuse(
                $"user_logins holds a text in place of a mask of {field.Name()}, generation {made}: somebody has " +
                "changed it.");
        }

        return field == PiiField.UserId
            ? _masker.Mask(field, new PersonalText(stored))!
            : throw Refuse(
                $"user_logins holds values of {field.Name()} that are not masks: mask them first by 'fetch-etl " +
                "adopt'.");
    }

    private static MaskingRefusedException Refuse(string problem) => new([problem]);
}
