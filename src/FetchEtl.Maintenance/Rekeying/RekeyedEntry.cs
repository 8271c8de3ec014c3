using System.Globalization;
using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>What changes in an entry of the vault that moves to the newest generation.</summary>
/// <param name="Mask">The mask of the newest generation.</param>
/// <param name="Generation">The newest generation; null where the entry is not signed again.</param>
/// <param name="Signature">The signature for the new mask; null where the entry is not signed again.</param>
/// <param name="IsForged">Whether the entry is of version 2 and its signature is not genuine.</param>
internal sealed record RekeyedEntry(string Mask, int? Generation, byte[]? Signature, bool IsForged)
{
    /// <summary>Rekeys an entry.</summary>
    /// <param name="masker">The keys.</param>
    /// <param name="row">Mask, field, sealed value, generation, key id and signature; binary ones in base64.</param>
    public static RekeyedEntry Of(KeyedPiiMasker masker, FoundRow row)
    {
        var values = row.Values;
        var entry = new SealedValue
        {
            Mask = values[0]!,
            Field = values[1]!,
            Sealed = Convert.FromBase64String(values[2]!),
            Generation = values[3] is { } generation ? int.Parse(generation, CultureInfo.InvariantCulture) : null,
            KeyId = values[4],
            Signature = values[5] is { } signature ? Convert.FromBase64String(signature) : null,
        };
        _ = PiiFields.TryParse(entry.Field, out var field);
        var mask = masker.Rekey(field, entry.Mask);
        if (EntrySignature.IsVersion1(entry))
        {
            return new RekeyedEntry(mask, Generation: null, Signature: null, IsForged: false);
        }

        return EntrySignature.IsGenuine(entry, masker.VaultSigner.Verifier)
            ? new RekeyedEntry(
                mask,
                masker.Generation,
                masker.VaultSigner.Sign(field, mask, entry.KeyId!, entry.Sealed),
                IsForged: false)
            : new RekeyedEntry(mask, Generation: null, Signature: null, IsForged: true);
    }
}
