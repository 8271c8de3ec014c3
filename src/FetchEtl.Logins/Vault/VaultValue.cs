namespace FetchEtl.Logins;

/// <summary>
/// A personal value on its way to the vault, beside the row that holds its mask. It never prints the value. Not
/// thread-safe.
/// </summary>
/// <param name="field">The field that holds the value.</param>
/// <param name="mask">The value's mask.</param>
/// <param name="value">The raw value.</param>
public sealed class VaultValue(PiiField field, string mask, PersonalText value)
{
    private byte[]? _sealed;

    /// <summary>The field that holds the value.</summary>
    public PiiField Field { get; } = field;

    /// <summary>The value's mask.</summary>
    public string Mask { get; } = mask;

    /// <summary>Seals the value, once only: a batch that is retried or split does not pay again.</summary>
    internal byte[] Seal(SealingKey key) => _sealed ??= key.Seal(Field, value);
}
