using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// The masks that a value has, or had, under keys. The table, the vault and a copy of either may hold a value under any
/// of them while a rotation is under way.
/// </summary>
public static class SubjectMasks
{
    /// <summary>
    /// Returns a value's masks of every generation, by every method that can mask the field. So it does not matter what
    /// settings or <c>masking_generations</c> say of the methods: a change of them hides no row. Masks of two methods
    /// are never equal: they differ in their form.
    /// </summary>
    /// <param name="masker">The masker with the keys of all generations.</param>
    /// <param name="field">The field that holds the value.</param>
    /// <param name="value">The raw value.</param>
    /// <returns>
    /// The masks, the first generation first and Hmac first in each; none for an empty value, nor of a look-alike
    /// method that cannot mask it.
    /// </returns>
    public static IReadOnlyList<SubjectMask> Of(IPiiMasker masker, PiiField field, PersonalText value)
    {
        ArgumentNullException.ThrowIfNull(masker);
        if (masker is not KeyedPiiMasker keyed)
        {
            return masker.Mask(field, value) is { } only ? [new SubjectMask(only, null)] : [];
        }

        return
        [
            .. from generation in Enumerable.Range(1, keyed.Generation)
               from method in MaskingMethods.Of(field)
               let mask = keyed.MaskOf(field, value, generation, method)
               where mask is not null
               select new SubjectMask(mask, method.IsLookAlike() ? generation : null),
        ];
    }
}
