using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Masks by <see cref="MaskingMethod.Hmac"/> under the newest key, whichever methods the fields have: only this method
/// has a mask for every value, and its mask does not depend on settings that differ between processes.
/// </summary>
/// <param name="keyed">The keys.</param>
internal sealed class HmacMasker(KeyedPiiMasker keyed) : IPiiMasker
{
    /// <inheritdoc/>
    public string? Mask(PiiField field, PersonalText? value) =>
        keyed.MaskOf(field, value, keyed.Generation, MaskingMethod.Hmac);
}
