using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// The masks that a value has, or had, under settings. The table, the vault and a copy of either may hold a value under
/// any of them while a rotation is under way.
/// </summary>
public static class SubjectMasks
{
    /// <summary>Returns a value's masks, one for each generation of the keys.</summary>
    /// <param name="options">Valid settings, with the keys of all generations.</param>
    /// <param name="methodOf">The method by which a generation masked a field.</param>
    /// <param name="field">The field that holds the value.</param>
    /// <param name="value">The raw value.</param>
    /// <returns>The masks, the first generation first; none for an empty value.</returns>
    /// <exception cref="MaskingRefusedException">The settings are invalid.</exception>
    public static IReadOnlyList<SubjectMask> Of(
        MaskingOptions options,
        Func<int, PiiField, MaskingMethod> methodOf,
        PiiField field,
        PersonalText value) =>
        [.. Maskers(options, methodOf)
            .Select((masker, place) => (Text: masker.Mask(field, value), Generation: place + 1))
            .Where(mask => mask.Text is not null)
            .Select(mask => new SubjectMask(
                mask.Text!, methodOf(mask.Generation, field).IsLookAlike() ? mask.Generation : null))
            .Distinct()];

    /// <summary>
    /// One masker for each generation: a masker of the first keys alone masks as processes did before the others came.
    /// </summary>
    private static IEnumerable<IPiiMasker> Maskers(
        MaskingOptions options, Func<int, PiiField, MaskingMethod> methodOf)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Method != MaskingMethod.Hmac)
        {
            yield return PiiMaskers.Create(options);
            yield break;
        }

        var count = Math.Max(options.Keys.Count, options.KeyFiles.Count);
        for (var generation = 1; generation <= count; generation++)
        {
            yield return PiiMaskers.Create(FirstKeys(options, methodOf, generation));
        }
    }

    private static MaskingOptions FirstKeys(
        MaskingOptions options, Func<int, PiiField, MaskingMethod> methodOf, int count)
    {
        var first = new MaskingOptions
        {
            Method = options.Method,
            AllowWeak = options.AllowWeak,
            Former = options.Former,
            Salt = options.Salt,
        };
        foreach (var key in options.Keys.Take(count))
        {
            first.Keys.Add(key);
        }

        foreach (var file in options.KeyFiles.Take(count))
        {
            first.KeyFiles.Add(file);
        }

        foreach (var field in PiiFields.All.Where(field => methodOf(count, field).IsLookAlike()))
        {
            first.Methods[field.Name()] = methodOf(count, field);
        }

        return first;
    }
}
