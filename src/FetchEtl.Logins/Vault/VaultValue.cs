namespace FetchEtl.Logins;

/// <summary>
/// A personal value on its way to the vault, beside the row that holds its mask. It prints nothing of the value. Used by one
/// writer at a time.
/// </summary>
internal sealed class VaultValue(PiiField field, string mask, PersonalText value)
{
    private byte[]? _sealed;

    public PiiField Field { get; } = field;

    public string Mask { get; } = mask;

    /// <summary>Seals the value; once only, so that a batch that is tried again or split does not pay again.</summary>
    public byte[] Seal(SealingKey key) => _sealed ??= key.Seal(Field, value);
}
