namespace FetchEtl.Masking;

/// <summary>
/// Turns the values of a field into masks of the values' own form, and back. Each value has one mask and each mask one
/// value. Thread-safe.
/// </summary>
internal interface ILookAlike
{
    /// <summary>Returns a value's mask; null for a value that is not of the form.</summary>
    string? Mask(string value);

    /// <summary>Returns a mask's value; null for a text that is not of the form.</summary>
    string? Unmask(string mask);
}
