using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Opens the vault's entries, and only those that belong where they are. Anyone who can write to <c>pii_vault</c> can
/// move entries and seal values of his own, so each entry must be signed by an owner of the masking keys. An entry of
/// version 1 has no signature: it is opened where the masking keys show that its value has its mask.
/// </summary>
/// <param name="masker">A masker with the service's settings; null where the keys are not available.</param>
/// <param name="verifier">Verifies signatures; null for the keys of the masker.</param>
/// <param name="acceptsUnsigned">Whether an entry of version 1 is opened where there is no masker.</param>
internal sealed class VaultOpening(IPiiMasker? masker, VaultVerifier? verifier, bool acceptsUnsigned)
{
    private readonly KeyedPiiMasker? _keyed = masker as KeyedPiiMasker;

    private readonly VaultVerifier? _verifier =
        verifier ?? (masker as KeyedPiiMasker)?.VaultSigner.Verifier;

    /// <exception cref="InvalidDataException">
    /// The key does not open it, it is not signed, or it belongs to another mask. The message quotes no value.
    /// </exception>
    public PersonalText Open(SealedValue entry, RevealingKey key)
    {
        var value = EntrySignature.IsVersion1(entry) ? OpenUnsigned(entry, key) : OpenSigned(entry, key);
        return masker is null || IsMaskOf(entry, value)
            ? value
            : throw new InvalidDataException(
                "the stored value has another mask: somebody has changed pii_vault, or the settings of Masking are " +
                "not those of the service");
    }

    /// <summary>Returns the mask of the newest generation; the text itself where it cannot be rekeyed.</summary>
    public static string Newest(KeyedPiiMasker? masker, PiiField field, string mask) =>
        masker is not null && Mask.TryParse(mask, out var parsed) && parsed.Generation <= masker.Generation
            ? masker.Rekey(field, mask)
            : mask;

    private PersonalText OpenUnsigned(SealedValue entry, RevealingKey key) => masker is not null || acceptsUnsigned
        ? key.OpenVersion1(entry.Field, entry.Sealed)
        : throw new InvalidDataException(
            "its entry is of version 1 and has no signature, so anyone who can write to pii_vault may have sealed " +
            "it: set the masking keys, which show whether the value has this mask, or accept it by --accept-unsigned");

    private PersonalText OpenSigned(SealedValue entry, RevealingKey key)
    {
        RequireGenuine(entry);
        if (entry.KeyId != key.KeyId)
        {
            throw new InvalidDataException(
                $"it was sealed to the key with the fingerprint {entry.KeyId}, and that of this private key is " +
                $"{key.KeyId}: give the private half of the first");
        }

        var value = key.Open(entry.Field, entry.Sealed, out var sealedFor);
        return IsSealedFor(entry, sealedFor)
            ? value
            : throw new InvalidDataException(
                "the stored value was sealed for another mask: somebody with the masking keys has changed pii_vault");
    }

    private void RequireGenuine(SealedValue entry)
    {
        if (_verifier is null)
        {
            throw new InvalidDataException(
                "nothing shows whether the service sealed it: give the vault's verification keys by --verify-key " +
                "('fetch-etl keys verifier' prints them where the masking keys are), or set the masking keys");
        }

        if (Mask.TryParse(entry.Mask, out var mask) && !_verifier.Generations.Contains(mask.Generation))
        {
            throw new InvalidDataException(
                $"its entry is signed for generation {mask.Generation}, and the keys at hand are of " +
                $"{string.Join(", ", _verifier.Generations)}: print those of --verify-key again by 'fetch-etl keys " +
                "verifier', or set all masking keys");
        }

        if (!EntrySignature.IsGenuine(entry, _verifier))
        {
            throw new InvalidDataException(
                "the entry's signature is missing or not its own: somebody has changed pii_vault, or the keys that " +
                "verify it are not the service's");
        }
    }

    /// <summary>
    /// An entry that was moved by rekey has a mask of a later generation than the one for which it was sealed. Without
    /// the masking keys only its signature shows that the two belong together.
    /// </summary>
    private bool IsSealedFor(SealedValue entry, Mask sealedFor)
    {
        _ = PiiFields.TryParse(entry.Field, out var field);
        return sealedFor.Generation >= entry.Generation
            ? sealedFor.ToString() == entry.Mask
            : _keyed is null || Newest(_keyed, field, sealedFor.ToString()) == Newest(_keyed, field, entry.Mask);
    }

    /// <summary>
    /// The vault holds masks of Hmac only. Where the field has look-alike masks by now, entries of before keep theirs.
    /// </summary>
    private bool IsMaskOf(SealedValue entry, PersonalText value) =>
        PiiFields.TryParse(entry.Field, out var field)
        && (_keyed is null ? masker!.Mask(field, value)
            : _keyed.MaskOf(field, value, _keyed.Generation, MaskingMethod.Hmac))
        == Newest(_keyed, field, entry.Mask);
}
