using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>Distinguishes the vault's entries by version, and the service's from those of others.</summary>
internal static class EntrySignature
{
    /// <summary>Whether an entry is of version 1, which has no signature.</summary>
    public static bool IsVersion1(SealedValue entry) =>
        entry is { Generation: null, KeyId: null, Signature: null };

    /// <summary>Whether an owner of the masking keys signed an entry as it stands.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="verifier">The keys; false where they lack the one of the entry's generation.</param>
    public static bool IsGenuine(SealedValue entry, VaultVerifier verifier) =>
        entry is { Generation: { } generation, KeyId: { } keyId, Signature: { } signature }
        && PiiFields.TryParse(entry.Field, out var field)
        && Mask.TryParse(entry.Mask, out var mask) && mask.Generation == generation
        && verifier.Verify(field, entry.Mask, keyId, entry.Sealed, signature);
}
