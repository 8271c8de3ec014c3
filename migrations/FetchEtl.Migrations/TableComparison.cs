using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>
/// Compares the tables with the model once all migrations have run. What is missing then was dropped or renamed by
/// somebody, and no migration brings it back.
/// </summary>
internal static class TableComparison
{
    private const string Index = "ix_user_logins_message_id";

    private const string MissingColumns =
        """
        SELECT wanted.place::integer - 1 FROM unnest(@tables, @columns)
            WITH ORDINALITY AS wanted (table_name, column_name, place)
        WHERE NOT EXISTS (
            SELECT FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
            WHERE c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.quote_ident(current_schema()::text))::oid
                AND c.relname::text = wanted.table_name AND a.attname::text = wanted.column_name
                AND NOT a.attisdropped)
        ORDER BY wanted.place
        """;

    private const string HasIndex =
        $"""
        SELECT EXISTS (
            SELECT FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
            WHERE i.indrelid = pg_catalog.to_regclass(@table)::oid AND c.relname::text = '{Index}'
                AND i.indisunique AND i.indisvalid)
        """;

    /// <summary>Finds what is missing.</summary>
    /// <param name="context">The model.</param>
    /// <param name="connection">An open connection of a role that may read the catalog.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <exception cref="LoginMigrationException">
    /// A table, a column or the unique index is missing; it names each with the remedy.
    /// </exception>
    public static async Task RequireAsync(
        LoginDbContext context, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var wanted = context.Model.GetRelationalModel().Tables.SelectMany(table => table.Columns).ToArray();
        var missing = (await MissingAsync(connection, wanted, cancellationToken)).ToLookup(column => column.Table);
        List<string> problems =
        [
            .. await MissingTablesAsync(connection, cancellationToken),
            .. missing.SelectMany(table => table.Count() == table.Key.Columns.Count()
                ? [MissingTable(table.Key.Name)]
                : table.Select(Problem)),
        ];
        if (problems.Count == 0 && !await connection.ReadAsync<bool>(
            HasIndex, cancellationToken, new NpgsqlParameter<string>("table", context.Tables.UserLogins)))
        {
            problems.Add(
                $"{context.Tables} has no valid unique index {Index}: create it by CREATE UNIQUE INDEX CONCURRENTLY " +
                $"{Index} ON {context.Tables.UserLogins} (message_id).");
        }

        if (problems.Count > 0)
        {
            throw new LoginMigrationException(
                "All migrations have been applied, and somebody has changed the tables since. " +
                string.Join(' ', problems));
        }
    }

    private static string MissingTable(string name) =>
        $"There is no table {name}: rename it back, or restore it from a backup.";

    /// <summary>The tables that the model does not hold.</summary>
    private static async Task<IReadOnlyList<string>> MissingTablesAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = await connection.ReadAsync<string[]>(
            """
            SELECT pg_catalog.array_agg(wanted.name)
            FROM pg_catalog.unnest('{erased_messages,audit_log,reader_domains}'::text[]) AS wanted (name)
            WHERE pg_catalog.to_regclass(wanted.name) IS NULL
            """,
            cancellationToken);
        return [.. (names ?? []).Select(MissingTable)];
    }

    private static string Problem(IColumn column) =>
        $"{column.Table.Name} has no column {column.Name}: rename it back, or add it by ALTER TABLE " +
        $"{column.Table.Name} ADD COLUMN {column.Name} {column.StoreType}.";

    private static async Task<List<IColumn>> MissingAsync(
        NpgsqlConnection connection, IColumn[] wanted, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(MissingColumns, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string[]>("tables", Array.ConvertAll(wanted, column => column.Table.Name)),
                new NpgsqlParameter<string[]>("columns", Array.ConvertAll(wanted, column => column.Name)),
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var missing = new List<IColumn>();
        while (await reader.ReadAsync(cancellationToken))
        {
            missing.Add(wanted[reader.GetInt32(0)]);
        }

        return missing;
    }
}
