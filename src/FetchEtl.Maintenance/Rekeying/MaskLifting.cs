using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Replaces masks of older generations by those that their values have now: a mask of Hmac gets the layers that it
/// lacks; a look-alike is decrypted under its own generation's key, and the value is masked again.
/// </summary>
/// <param name="masker">The keys and today's methods.</param>
/// <param name="methodOf">The method by which a generation masked a field.</param>
internal sealed class MaskLifting(KeyedPiiMasker masker, Func<int, PiiField, MaskingMethod> methodOf)
{
    /// <summary>The generation of the new masks.</summary>
    public int Generation => masker.Generation;

    /// <summary>Whether today's masks of a field are look-alikes.</summary>
    public bool WritesLookAlikes(PiiField field) => masker.MethodOf(field).IsLookAlike();

    /// <summary>Today's method of a field.</summary>
    public MaskingMethod MethodOf(PiiField field) => masker.MethodOf(field);

    /// <summary>The generations in which a field's masks are look-alikes.</summary>
    public IReadOnlyList<int> LookAlikeGenerations(PiiField field) =>
        [.. Enumerable.Range(1, Generation).Where(generation => methodOf(generation, field).IsLookAlike())];

    /// <summary>Returns today's mask.</summary>
    /// <param name="table">The table, for messages.</param>
    /// <param name="column">The column that holds the mask.</param>
    /// <param name="mask">The mask.</param>
    /// <param name="generation">The generation of a look-alike; null for a mask of Hmac.</param>
    /// <exception cref="MaskingRefusedException">The text is no mask of its generation's method.</exception>
    public string Lift(string table, MaskedColumn column, string mask, int? generation)
    {
        if (generation is not { } own)
        {
            return masker.Rekey(column.Field, mask);
        }

        var method = methodOf(own, column.Field);
        return masker.Rekey(column.Field, mask, own, method) ?? throw new MaskingRefusedException(
        [
            $"{table}.{column.Name} holds a text that is no mask of {method}, in a row whose " +
            $"{MaskedTable.GenerationColumn} is {own}: correct such rows, or set the column to NULL there, and rekey " +
            "again.",
        ]);
    }

    /// <summary>Changes a row's values and its generation.</summary>
    public void Lift(MaskedTable table, FoundRow row)
    {
        var own = row.Generation;
        var (hasLookAlike, hasUnknown) = (false, false);
        for (var place = 0; place < row.Values.Length; place++)
        {
            var column = table.Columns[place];
            if (row.Values[place] is not { Length: > 0 } value)
            {
                continue;
            }

            if (Mask.TryParse(value, out var mask))
            {
                row.Values[place] = mask.Generation < Generation ? Lift(table.Name, column, value, null) : value;
            }
            else if (own is { } generation && table.LookAlikeGenerations(column.Field).Contains(generation))
            {
                row.Values[place] = generation < Generation ? Lift(table.Name, column, value, generation) : value;
                hasLookAlike |= WritesLookAlikes(column.Field);
            }
            else
            {
                hasUnknown |= MaskingMethods.Of(column.Field).Count > 1;
            }
        }

        // A text that is not recognized may be a look-alike of a process with newer keys.
        if (own is not null && !hasUnknown)
        {
            row.Generation = hasLookAlike ? (short)Generation : null;
        }
    }
}
