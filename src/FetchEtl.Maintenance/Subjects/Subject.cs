using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

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
        Masks = [.. masks.SelectMany(all => all).Where(mask => mask.Generation is null).Select(mask => mask.Text)];
        _newest = [.. masks.Where(all => all.Count > 0).Select(all => all[^1].Text)];

        // A user id may stand in the table as received.
        IEnumerable<SubjectMask> received =
            PiiFields.Always.Contains(field) ? [] : values.Select(value => new SubjectMask(value.Reveal(), null));
        Stored = [.. masks.SelectMany(all => all).Concat(received).Distinct()];
    }

    /// <summary>The field that holds the values.</summary>
    public PiiField Field { get; }

    /// <summary>How many values name the person.</summary>
    public int Count { get; }

    /// <summary>The masks of the values under which the vault may hold them, of every generation.</summary>
    public IReadOnlyList<string> Masks { get; }

    /// <summary>The texts under which <c>user_logins</c> may hold the values.</summary>
    private IReadOnlyList<SubjectMask> Stored { get; }

    /// <summary>
    /// The condition that a row of <c>user_logins AS l</c> is the person's, with <see cref="Parameters"/>. The first
    /// part is for indexes; the second one tells equal look-alikes of two generations apart.
    /// </summary>
    internal string IsTheirs =>
        $"""
        l.{Field.Column()}::text = ANY (@stored)
            AND EXISTS (SELECT FROM unnest(@stored, @generations) AS s (mask, generation)
                WHERE s.mask = l.{Field.Column()}::text
                    AND (s.generation IS NULL OR s.generation = l.mask_generation))
        """;

    /// <summary>Returns the parameters of <see cref="IsTheirs"/>.</summary>
    internal NpgsqlParameter[] Parameters() =>
    [
        SqlCommands.Parameter("stored", Stored.Select(mask => mask.Text).ToArray()),
        SqlCommands.Parameter("generations", Stored.Select(mask => mask.Generation).ToArray()),
    ];

    /// <summary>Whether a mask under the newest key is that of one of the values.</summary>
    /// <param name="mask">The mask; null matches nothing.</param>
    public bool Has(string? mask) => mask is not null && _newest.Contains(mask);

    /// <summary>Returns the number of values, never a value.</summary>
    /// <returns>A text such as <c>2 values of ip</c>.</returns>
    public override string ToString() => $"{Count} values of {Field.Name()}";
}
