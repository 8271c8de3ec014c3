namespace FetchEtl.Masking;

/// <summary>Replaces personal values by masks that are equal exactly where the values are equal.</summary>
public interface IPiiMasker
{
    /// <summary>Masks a value. Thread-safe.</summary>
    /// <param name="field">The field that holds the value.</param>
    /// <param name="value">The raw value.</param>
    /// <returns>
    /// The mask, at most 256 characters. Null for null and for an empty text, so that absent values never look like
    /// duplicates.
    /// </returns>
    string? Mask(PiiField field, PersonalText? value);
}
