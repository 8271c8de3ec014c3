using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Decides what a value in an adopted column becomes. A mask of any generation stays. An empty text becomes NULL, as
/// when it is received. Without a former method, every other value is raw and gets masked. With one, 64 hex digits are
/// its masks and get rekeyed, and every other value stays.
/// </summary>
/// <param name="masker">Creates the masks.</param>
/// <param name="former">The former method; null for none.</param>
/// <param name="hashesAreRaw">Without a former method: whether 64 hex digits are raw values, or are left.</param>
internal sealed class AdoptionRules(KeyedPiiMasker masker, MaskingMethod? former, bool hashesAreRaw)
{
    private const int HashDigits = 2 * Mask.HashLength;

    /// <summary>The SQL condition that a value changes. It decides as <see cref="Change"/> does.</summary>
    public string Condition(string column)
    {
        if (former is not null)
        {
            return $"({column}::text = '' OR {MaskSql.IsHash(column)})";
        }

        var hashes = hashesAreRaw ? string.Empty : $" AND NOT {MaskSql.IsHash(column)}";
        return $"({column} IS NOT NULL AND NOT {MaskSql.IsMask(column)}{hashes})";
    }

    /// <summary>Returns what a value becomes; the value itself where it stays.</summary>
    public string? Change(PiiField field, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        if (former is not null && IsHash(value))
        {
            return masker.RekeyFormer(field, Convert.FromHexString(value));
        }

        return IsRaw(value) ? masker.Mask(field, new PersonalText(value)) : value;
    }

    /// <summary>Whether a value is raw, so that it is masked as it stands.</summary>
    public bool IsRaw(string? value) =>
        former is null && !string.IsNullOrEmpty(value) && !Mask.TryParse(value, out _)
        && (hashesAreRaw || !IsHash(value));

    /// <summary>Returns how many of a column's values change.</summary>
    public long ToMask(ValueCounts column) => column switch
    {
        _ when former is not null => column.Empty + column.Hashes,
        _ when hashesAreRaw => column.Unmasked,
        _ => column.Empty + column.Raw,
    };

    /// <summary>Returns the values of a column that are neither masks nor can become masks, with the remedy.</summary>
    public IEnumerable<string> Problems(string table, ValueCounts column, bool maskFormsAreRaw = false)
    {
        var name = $"{table}.{column.Column.Name}";
        if (column.Newest > masker.Generation && !maskFormsAreRaw)
        {
            yield return $"{name} holds masks of generation {column.Newest}, and Masking:Keys and Masking:KeyFiles " +
                $"give {masker.Generation}: add the keys that are missing, in their order. Where they are raw values " +
                "that only look like masks, say --masks-are-raw with the number that --dry-run shows.";
        }

        if (former is not null && column.Raw > 0)
        {
            yield return $"{name} holds {column.Raw} values that are neither 64 hex digits nor masks, so they are " +
                $"not masks of Masking:Former {former}: correct or clear them, or remove Masking:Former where the " +
                "column was never masked.";
        }

        if (former is null && !hashesAreRaw && column.Hashes > 0)
        {
            yield return $"{name} holds {column.Hashes} values of 64 hex digits, the form of SHA-256 masks: set " +
                "Masking:Former to the method that made them, here and for the service, or say --hex-is-raw where " +
                "they are raw values.";
        }
    }

    private static bool IsHash(string value) => value.Length == HashDigits && value.All(char.IsAsciiHexDigit);
}
