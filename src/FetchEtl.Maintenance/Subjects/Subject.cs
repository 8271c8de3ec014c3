using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// A person as a request names one: by values of one field. It holds raw values and prints none.
/// </summary>
public sealed class Subject
{
    private readonly HashSet<string> _newest;

    /// <param name="options">Valid settings, with the keys of all generations.</param>
    /// <param name="methodOf">The method by which a generation masked a field.</param>
    /// <param name="field">The field that holds the values.</param>
    /// <param name="values">The values, none of them empty.</param>
    /// <exception cref="MaskingRefusedException">The settings are invalid.</exception>
    public Subject(
        MaskingOptions options,
        Func<int, PiiField, MaskingMethod> methodOf,
        PiiField field,
        IReadOnlyCollection<PersonalText> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        Field = field;
        Count = values.Count;
        var masks = values.Select(value => SubjectMasks.Of(options, methodOf, field, value)).ToList();
        Masks = [.. masks.SelectMany(all => all).Distinct()];
        _newest = [.. masks.Where(all => all.Count > 0).Select(all => all[^1])];

        // A user id may stand in the table as received.
        Stored = PiiFields.Always.Contains(field) ? Masks : [.. Masks, .. values.Select(value => value.Reveal())];
    }

    /// <summary>The field that holds the values.</summary>
    public PiiField Field { get; }

    /// <summary>How many values name the person.</summary>
    public int Count { get; }

    /// <summary>The masks of the values, of every generation.</summary>
    public IReadOnlyList<string> Masks { get; }

    /// <summary>The texts under which <c>user_logins</c> may hold the values.</summary>
    internal IReadOnlyList<string> Stored { get; }

    /// <summary>The column of <c>user_logins</c> that holds them.</summary>
    internal string Column => Field.Column();

    /// <summary>Whether a mask under the newest key is that of one of the values.</summary>
    /// <param name="mask">The mask; null matches nothing.</param>
    public bool Has(string? mask) => mask is not null && _newest.Contains(mask);

    /// <summary>Returns the number of values, never a value.</summary>
    /// <returns>A text such as <c>2 values of ip</c>.</returns>
    public override string ToString() => $"{Count} values of {Field.Name()}";
}
