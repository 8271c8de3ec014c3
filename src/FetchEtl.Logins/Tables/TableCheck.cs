using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Compares the columns of the logins' table with the model. PostgreSQL's own error names a missing column only in a
/// text that is never shown.
/// </summary>
public static class TableCheck
{
    /// <summary>Finds the columns that the model has and the table lacks.</summary>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>
    /// The names, sorted; empty where no column is missing, and where there is no table.
    /// </returns>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected the statement, or could not be reached.</exception>
    public static async Task<IReadOnlyList<string>> FindMissingColumnsAsync(
        LoginDatabase database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        return await database.QueryAsync(
            """
            SELECT c.name::text FROM pg_catalog.unnest(@columns) WITH ORDINALITY AS c (name, place)
            WHERE pg_catalog.to_regclass(@table) IS NOT NULL AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid = pg_catalog.to_regclass(@table)::oid AND NOT a.attisdropped
                    AND a.attname::text = c.name::text)
            ORDER BY c.place
            """,
            static row => row.GetString(0),
            cancellationToken,
            new NpgsqlParameter<string[]>("columns", [.. UnnestInsert.ColumnNames.Order(StringComparer.Ordinal)]),
            new NpgsqlParameter<string>("table", database.Tables.UserLogins));
    }

    /// <summary>Says which columns are missing, with the remedy.</summary>
    /// <param name="tables">The names of the tables.</param>
    /// <param name="columns">At least one name.</param>
    /// <returns>A sentence without a full stop.</returns>
    public static string Describe(LoginTables tables, IReadOnlyList<string> columns) =>
        $"{tables} has no column {string.Join(", ", columns)}: run 'fetch-etl migrate'; where that changes nothing, "
        + "somebody dropped the column after a migration, so add it again";
}
