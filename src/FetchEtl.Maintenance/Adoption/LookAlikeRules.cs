using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>Refuses to adopt a column whose look-alike masks could be confused with raw values.</summary>
internal static class LookAlikeRules
{
    /// <returns>The problems, each with its remedy.</returns>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(
        LoginDatabase database, MaskedTable table, KeyedPiiMasker masker, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var column in table.Columns.Where(column => MaskingMethods.Of(column.Field).Count > 1))
        {
            var name = $"{table.Name}.{column.Name}";
            if (masker.MethodOf(column.Field).IsLookAlike())
            {
                problems.Add(
                    $"{name}: Masking:Methods:{column.Field.Name()} is {masker.MethodOf(column.Field)}, and a run " +
                    "that was cut off could not tell its look-alike masks from raw values: adopt under Hmac, or send " +
                    "the raw values to an empty table as messages.");
            }
            else if (table.HasGenerations
                && await CountAsync(database, table, column, cancellationToken) is > 0 and var rows)
            {
                problems.Add(
                    $"{name} holds {rows} look-alike masks, in rows with a {MaskedTable.GenerationColumn}: turn them " +
                    "into masks of Hmac by 'fetch-etl rekey' first.");
            }
        }

        return problems;
    }

    private static async Task<long> CountAsync(
        LoginDatabase database, MaskedTable table, MaskedColumn column, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            $"SELECT pg_catalog.count(*) FROM {table.From} WHERE {MaskedTable.GenerationColumn} IS NOT NULL " +
            $"AND {column.Name}::text <> '' AND NOT {MaskSql.IsMask(column.Name)}",
            static reader => reader.GetInt64(0),
            cancellationToken))[0];
}
