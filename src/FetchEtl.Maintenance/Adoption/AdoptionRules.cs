namespace FetchEtl.Logins;

/// <summary>
/// What becomes of a value in a column that is adopted. A mask stays, of whatever generation; an empty text becomes NULL, as
/// when it is received. Without a former method all else is a raw value; with one, 64 hex digits are its masks and all
/// else is left.
/// </summary>
/// <param name="masker">Makes the masks.</param>
/// <param name="former">The former method, if any.</param>
/// <param name="hashesAreRaw">Without a former method: whether 64 hex digits are values like others, or left.</param>
internal sealed class Adopter(HmacPiiMasker masker, MaskingMethod? former, bool hashesAreRaw)
{
    private const int HashDigits = 2 * Mask.HashLength;

    /// <summary>The condition, in SQL, that a value changes. Says the same as <see cref="Change"/>.</summary>
    public string Condition(string column)
    {
        if (former is not null)
        {
            return $"({column} = '' OR {LiftSql.IsHash(column)})";
        }

        var hashes = hashesAreRaw ? string.Empty : $" AND NOT {LiftSql.IsHash(column)}";
        return $"({column} IS NOT NULL AND NOT {LiftSql.IsMask(column)}{hashes})";
    }

    public string? Change(PiiField field, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        if (former is not null && IsHash(value))
        {
            return masker.LiftFormer(field, Convert.FromHexString(value));
        }

        return IsRaw(value) ? masker.Mask(field, new PersonalText(value)) : value;
    }

    /// <summary>Whether a value is one that is to be masked as it stands.</summary>
    public bool IsRaw(string? value) =>
        former is null && !string.IsNullOrEmpty(value) && !Mask.TryParse(value, out _) && (hashesAreRaw || !IsHash(value));

    /// <summary>How many of a column's values change.</summary>
    public long ToMask(ValueCounts column) => column switch
    {
        _ when former is not null => column.Empty + column.Hashes,
        _ when hashesAreRaw => column.Unmasked,
        _ => column.Empty + column.Raw,
    };

    /// <summary>What of a column's values is neither a mask nor can become one, with the remedy.</summary>
    public IEnumerable<string> Problems(string table, ValueCounts column)
    {
        var name = $"{table}.{column.Column.Name}";
        if (column.Newest > masker.Ring.Count)
        {
            yield return $"{name} holds masks of generation {column.Newest}, and Masking:Keys and Masking:KeyFiles give {masker.Ring.Count}: add the keys that are missing, in their order.";
        }

        if (former is not null && column.Raw > 0)
        {
            yield return $"{name} holds {column.Raw} values that are neither 64 hex digits nor masks, and so none of Masking:Former {former}: correct or clear them, or remove Masking:Former where the column never was masked.";
        }

        if (former is null && !hashesAreRaw && column.Hashes > 0)
        {
            yield return $"{name} holds {column.Hashes} values of 64 hex digits, as SHA-256 leaves them: set Masking:Former to the method that made them, here and for the service, or say --hex-is-raw where they are the values themselves.";
        }
    }

    private static bool IsHash(string value) => value.Length == HashDigits && value.All(char.IsAsciiHexDigit);
}
