using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Logins;

/// <summary>
/// Finds and erases what <c>pii_vault</c> holds for masks. With a masker whose keys make layers it finds a value under the mask
/// of any generation, whichever one is given; without it, only under the mask as given.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="masker">Masks as the service does; null where its keys are not at hand.</param>
internal sealed class VaultAccess(LoginDbContext database, IPiiMasker? masker)
{
    private readonly HmacPiiMasker? _lifting = masker as HmacPiiMasker;

    /// <summary>Reads what is sealed, by the masks given.</summary>
    public async Task<ILookup<string, SealedValue>> FindAsync(IReadOnlyCollection<string> masks, CancellationToken cancellationToken)
    {
        var names = Names(masks);
        var found = ByMask(names, await ReadAsync(Texts(names), cancellationToken));
        if (masks.All(found.Contains))
        {
            return found;
        }

        // The vault's rows of older generations can't be asked for: only lifting each tells what it is.
        names = await WithOlderAsync(names, cancellationToken);
        return ByMask(names, await ReadAsync(Texts(names), cancellationToken));
    }

    /// <summary>Deletes what is sealed.</summary>
    /// <returns>What was deleted, by the masks given.</returns>
    public async Task<ILookup<string, SealedValue>> EraseAsync(IReadOnlyCollection<string> masks, CancellationToken cancellationToken)
    {
        var names = Names(masks);
        var all = await WithOlderAsync(names, cancellationToken);

        // Older ones first: what a rekey moves meanwhile is then met under one mask or the other.
        var older = await DeleteAsync(Texts(all).Except(Texts(names)), cancellationToken);
        return ByMask(all, [.. older, .. await DeleteAsync(Texts(names), cancellationToken)]);
    }

    /// <summary>Opens a sealed value, and checks that it is the mask's own where the keys are at hand.</summary>
    /// <exception cref="InvalidDataException">The key does not open it, or it is another mask's or field's; the message names no value.</exception>
    public PersonalText Open(SealedValue value, RevealingKey key)
    {
        var text = key.Open(value);
        if (masker is not null && (!PiiFields.TryParse(value.Field, out var field) || masker.Mask(field, text) != Newest(field, value.Mask)))
        {
            throw new InvalidDataException(
                "what is sealed there has another mask: somebody has changed pii_vault, or the settings of Masking are not those of the service");
        }

        return text;
    }

    private static IEnumerable<string> Texts(ILookup<string, string> names) => names.Select(name => name.Key);

    private static ILookup<string, SealedValue> ByMask(ILookup<string, string> names, IEnumerable<SealedValue> values) => values
        .SelectMany(value => names[value.Mask].Select(mask => (Mask: mask, Value: value)))
        .ToLookup(pair => pair.Mask, pair => pair.Value);

    /// <summary>The masks as given, by all texts under which the vault may hold their values: their own, and lifted.</summary>
    private ILookup<string, string> Names(IEnumerable<string> masks) => masks.Distinct()
        .SelectMany(mask => PiiFields.All.Select(field => Newest(field, mask)).Append(mask).Distinct().Select(name => (Name: name, Mask: mask)))
        .ToLookup(pair => pair.Name, pair => pair.Mask);

    private async Task<ILookup<string, string>> WithOlderAsync(ILookup<string, string> names, CancellationToken cancellationToken)
    {
        if (_lifting is not { Ring.Count: > 1 })
        {
            return names;
        }

        var pairs = names.SelectMany(name => name.Select(mask => (Name: name.Key, Mask: mask))).ToHashSet();
        var newest = $"{_lifting.Ring.Count}:%";
        var older = database.SealedValues.Where(value => !EF.Functions.Like(value.Mask, newest)).Select(value => new { value.Mask, value.Field });
        await foreach (var value in older.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (PiiFields.TryParse(value.Field, out var field))
            {
                pairs.UnionWith(names[Newest(field, value.Mask)].Select(mask => (value.Mask, mask)));
            }
        }

        return pairs.ToLookup(pair => pair.Name, pair => pair.Mask);
    }

    /// <summary>The mask under the newest generation; the text itself where it can't be lifted.</summary>
    private string Newest(PiiField field, string mask) =>
        _lifting is not null && Mask.TryParse(mask, out var parsed) && parsed.Generation <= _lifting.Ring.Count ? _lifting.Lift(field, mask) : mask;

    private Task<List<SealedValue>> ReadAsync(IEnumerable<string> masks, CancellationToken cancellationToken)
    {
        var texts = masks.ToArray();
        return database.SealedValues.AsNoTracking().Where(value => texts.Contains(value.Mask)).ToListAsync(cancellationToken);
    }

    private Task<List<SealedValue>> DeleteAsync(IEnumerable<string> masks, CancellationToken cancellationToken)
    {
        var texts = masks.ToArray();
        return database.SealedValues
            .FromSql($"DELETE FROM pii_vault WHERE mask = ANY ({texts}) RETURNING *")
            .AsNoTracking()
            .ToListAsync(cancellationToken);
    }
}
