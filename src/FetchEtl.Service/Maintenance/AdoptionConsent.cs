using System.Globalization;
using FetchEtl.Maintenance;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>Says what an adoption destroys, and asks whether it may.</summary>
internal static class AdoptionConsent
{
    /// <summary>What happens to the values, and whether a copy of them is kept.</summary>
    public static string Consequence(
        AdoptionPlan plan, string table, IReadOnlyList<MaskedColumn> columns, MaskingOptions options)
    {
        var names = string.Join(", ", columns.Select(column => column.Name));
        var values = string.Create(CultureInfo.InvariantCulture, $"{plan.ToMask:N0} values of {table} ({names})");
        return $"{values} will be overwritten by masks. This cannot be undone. " + options switch
        {
            { Former: { } former } =>
                $"They are masks of Masking:Former {former}, so no raw value is lost; only a backup holds them as they "
                + "are.",
            { HasVault: true } =>
                "The vault keeps the raw values in pii_vault, sealed: the owner of its private key can reveal them.",
            _ => "No vault keeps the raw values, since Masking:Vault:PublicKeyFile is not set: take a backup first if "
                + "anyone may need them.",
        };
    }

    /// <summary>Asks at the terminal; no answer means no.</summary>
    /// <exception cref="UsageException">There is no terminal to ask at.</exception>
    public static Task<bool> AskAsync(CancellationToken cancellationToken) =>
        new Consent("adopt", "overwrites values", "overwrite them", "Nothing was changed.").AskAsync(cancellationToken);
}
