using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// A person as a request names one: by values of one field. It holds raw values and prints none.
/// </summary>
public sealed class Subject
{
    private readonly HashSet<string> _compared;

    /// <param name="masker">The masker with the keys of all generations.</param>
    /// <param name="field">The field that holds the values.</param>
    /// <param name="values">The values, none of them empty.</param>
    public Subject(IPiiMasker masker, PiiField field, IReadOnlyCollection<PersonalText> values)
    {
        ArgumentNullException.ThrowIfNull(masker);
        ArgumentNullException.ThrowIfNull(values);
        Field = field;
        Count = values.Count;
        Comparer = masker is KeyedPiiMasker keyed ? new HmacMasker(keyed) : masker;
        _compared = [.. values.Select(value => Comparer.Mask(field, value)).OfType<string>()];

        // The vault holds no look-alikes. Entries of before a change of method keep their masks of Hmac.
        var masks = values.SelectMany(value => SubjectMasks.Of(masker, field, value)).ToList();
        Masks = [.. masks.Where(mask => mask.Generation is null).Select(mask => mask.Text)];

        // A user id may stand in the table as received.
        IEnumerable<SubjectMask> received =
            PiiFields.Always.Contains(field) ? [] : values.Select(value => new SubjectMask(value.Reveal(), null));
        Stored = [.. masks.Concat(received).Distinct()];
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
    /// part is for indexes; the second one distinguishes equal look-alikes of two generations.
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

    /// <summary>Masks texts for <see cref="Has"/>: every text has a mask, whatever the fields' methods.</summary>
    public IPiiMasker Comparer { get; }

    /// <summary>Whether a mask of <see cref="Comparer"/> is that of one of the values.</summary>
    /// <param name="mask">The mask; null matches nothing.</param>
    public bool Has(string? mask) => mask is not null && _compared.Contains(mask);

    /// <summary>Returns the number of values, never a value.</summary>
    /// <returns>A text such as <c>2 values of ip</c>.</returns>
    public override string ToString() => $"{Count} values of {Field.Name()}";
}
