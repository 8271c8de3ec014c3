namespace FetchEtl.Logins;

/// <summary>
/// A personal value on its way to the vault, beside the row that holds its mask. It never prints the value. Not
/// thread-safe.
/// </summary>
/// <param name="field">The field that holds the value.</param>
/// <param name="mask">The value's mask, of a generation whose key the process has.</param>
/// <param name="value">The raw value.</param>
public sealed class VaultValue(PiiField field, string mask, PersonalText value)
{
    private (byte[] Sealed, byte[] Signature)? _sealed;

    /// <summary>The field that holds the value.</summary>
    public PiiField Field { get; } = field;

    /// <summary>The value's mask.</summary>
    public string Mask { get; } = mask;

    /// <summary>Seals and signs the value, once only: a batch that is retried or split does not pay again.</summary>
    internal (byte[] Sealed, byte[] Signature) Seal(SealingKey key, VaultSigner signer)
    {
        if (_sealed is null)
        {
            var blocks = key.Seal(Field, Mask, value);
            _sealed = (blocks, signer.Sign(Field, Mask, key.KeyId, blocks));
        }

        return _sealed.Value;
    }
}
