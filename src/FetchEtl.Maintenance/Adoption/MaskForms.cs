using System.Data;
using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Masks raw values that have the form of a mask, in one transaction: between two, nothing would distinguish masked
/// values from raw ones.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="masker">Creates the masks.</param>
/// <param name="vault">Seals the raw values; null where there is no vault.</param>
internal sealed class MaskForms(MaskedTable table, KeyedPiiMasker masker, PiiVault? vault)
{
    /// <summary>Counts the values of this form.</summary>
    public static long Count(IEnumerable<ValueCounts> counts) => counts.Sum(column => column.Generations.Values.Sum());

    /// <summary>Returns why the values must not be masked; empty where they can be.</summary>
    public static IEnumerable<string> Problems(string table, long found, long expected)
    {
        if (found != expected)
        {
            yield return $"{table} holds {found} values in the form of a mask, and --masks-are-raw says {expected}: " +
                "give the number that --dry-run shows, or leave the option out where an earlier run has masked them.";
        }
    }

    /// <summary>Masks the values.</summary>
    /// <returns>The number of rows that were changed.</returns>
    /// <exception cref="MaskingRefusedException">There is another number of them. Nothing was changed.</exception>
    public async Task<long> RunAsync(LoginDatabase database, long expected, CancellationToken cancellationToken)
    {
        var names = table.Columns.Select(column => column.Name).ToList();
        await using var transaction =
            await database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var rows = await database.QueryAsync(
            $"SELECT tableoid, ctid::text, {string.Join(", ", names)} FROM {table.From} " +
            $"WHERE {string.Join(" OR ", names.Select(MaskSql.IsMask))} FOR NO KEY UPDATE",
            reader => (Oid: reader.GetFieldValue<uint>(0), Row: new FoundRow(
                reader.GetString(1),
                [.. names.Select((_, place) => reader.IsDBNull(place + 2) ? null : reader.GetString(place + 2))])),
            cancellationToken);
        var raw = rows.SelectMany(found => Mask(found.Row)).ToList();
        if (Problems(table.Name, raw.Count, expected).ToList() is { Count: > 0 } problems)
        {
            throw new MaskingRefusedException(problems);
        }

        if (vault is not null)
        {
            await vault.SealAsync(database, raw, cancellationToken);
        }

        var update = new MaskUpdate(table);
        var changed = 0L;
        var byPart = rows.ToLookup(found => found.Oid, found => found.Row);
        foreach (var part in await TablePart.ListAsync(database, table.Name, table.IsPartitioned, cancellationToken))
        {
            var all = new BlockRange(part, 0, uint.MaxValue);
            changed += byPart.Contains(part.Oid)
                ? await update.RunAsync(database, all, [.. byPart[part.Oid]], cancellationToken)
                : 0;
        }

        await transaction.CommitAsync(CancellationToken.None);
        return changed;
    }

    private List<VaultValue> Mask(FoundRow row)
    {
        var raw = new List<VaultValue>();
        for (var place = 0; place < row.Values.Length; place++)
        {
            if (Masking.Mask.TryParse(row.Values[place], out _))
            {
                var field = table.Columns[place].Field;
                var value = new PersonalText(row.Values[place]!);
                row.Values[place] = masker.Mask(field, value);
                raw.Add(new VaultValue(field, row.Values[place]!, value));
            }
        }

        return raw;
    }
}
