namespace FetchEtl.Logins;

/// <summary>Replaces personal values by masks that are equal exactly where the values are.</summary>
public interface IPiiMasker
{
    /// <summary>Masks a value. Thread-safe.</summary>
    /// <param name="field">The field that holds it.</param>
    /// <param name="value">The raw value.</param>
    /// <returns>The mask, at most 256 characters; null for null and for an empty text, so that nothing looks like a duplicate because it is absent.</returns>
    string? Mask(PiiField field, PersonalText? value);
}
