using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>Refuses changes of method that need more than a key.</summary>
internal static class RekeyRules
{
    /// <exception cref="MaskingRefusedException">Nothing was changed.</exception>
    public static void Require(MaskedTable table, IReadOnlyList<ValueCounts> counts, MaskLifting lifting)
    {
        List<string> problems = [.. counts.SelectMany(column => WithoutWay(table, column, lifting))];
        var left = PiiFields.All.Where(field =>
            lifting.LookAlikeGenerations(field).Count > 0 && !table.Columns.Any(column => column.Field == field));
        if (table.Name == LoginTables.DefaultTable
            || table.Name.EndsWith($".{LoginTables.DefaultTable}", StringComparison.Ordinal))
        {
            problems.AddRange(left.Select(field =>
                $"{table.Name}.{MaskedTable.GenerationColumn} is of all look-alike masks in a row, so they are " +
                $"rekeyed together: name {field.Column()}={field.Name()} too, or leave out --column."));
        }

        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    private static IEnumerable<string> WithoutWay(MaskedTable table, ValueCounts column, MaskLifting lifting)
    {
        var field = column.Column.Field;
        if (lifting.WritesLookAlikes(field) && column.Generations.Values.Sum() is > 0 and var masks)
        {
            yield return $"{table.Name}.{column.Column.Name} holds {masks} masks of Hmac, and Masking:Methods:" +
                $"{field.Name()} is {lifting.MethodOf(field)}: no key turns a mask of Hmac back into the value that " +
                "a look-alike is made of. Leave the field at Hmac, or let an empty table begin with the new method " +
                "and send the messages again.";
        }

        if (lifting.WritesLookAlikes(field) && !table.HasGenerations)
        {
            yield return $"{table.Name} has no column {MaskedTable.GenerationColumn}, which says under which key a " +
                $"look-alike mask was created: ALTER TABLE {table.Name} ADD COLUMN {MaskedTable.GenerationColumn} " +
                "smallint, and set it to that generation in each row.";
        }
    }
}
