using Npgsql;

namespace FetchEtl.Service;

/// <summary>The rights on the tables that the service's role lacks, each with the narrow grant.</summary>
internal static class TableRights
{
    /// <summary>ON CONFLICT needs the index that the migrations create.</summary>
    public static Finding NoUniqueIndex(bool isPartitioned) => isPartitioned
        ? Checks.Rights.Fail(
            "user_logins has no unique index on message_id and create_date, without which a message could be two rows "
            + "(SQLSTATE 42P10)",
            "CREATE UNIQUE INDEX ix_user_logins_message_id ON user_logins (message_id, create_date), as the owner of "
            + "the tables")
        : Checks.Rights.Fail(
            "user_logins has no unique index on message_id, without which a message could be two rows (SQLSTATE 42P10)",
            "CREATE UNIQUE INDEX CONCURRENTLY ix_user_logins_message_id ON user_logins (message_id), as the owner of "
            + "the tables");

    /// <summary>deploy/postgresql/grants.sql grants the same.</summary>
    private const string Sql =
        """
        SELECT needed.right_name, needed.table_name
        FROM (VALUES
            ('INSERT'::text, 'user_logins'::text, false),
            ('SELECT (message_id)', 'user_logins', false),
            ('SELECT (create_date)', 'user_logins', false),
            ('SELECT', 'masking_generations', false),
            ('SELECT', 'erased_messages', false),
            ('SELECT', 'pii_vault', true),
            ('INSERT', 'pii_vault', true)) AS needed (right_name, table_name, of_vault)
        WHERE (NOT needed.of_vault OR $1)
            AND NOT COALESCE(CASE needed.right_name
                WHEN 'SELECT (message_id)' THEN pg_catalog.has_column_privilege(
                    pg_catalog.to_regclass(needed.table_name)::oid, 'message_id', 'SELECT')
                -- A partitioned table alone has it in the unique index.
                WHEN 'SELECT (create_date)' THEN pg_catalog.has_column_privilege(
                    pg_catalog.to_regclass(needed.table_name)::oid, 'create_date', 'SELECT')
                    OR NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c
                        WHERE c.oid = pg_catalog.to_regclass(needed.table_name)::oid AND c.relkind = 'p')
                ELSE pg_catalog.has_table_privilege(
                    pg_catalog.to_regclass(needed.table_name)::oid, needed.right_name)
                END, true)
        """;

    /// <summary>Asks the server; a table that does not exist is another check's.</summary>
    public static async Task<IReadOnlyList<(string Right, string Table)>> FindMissingAsync(
        NpgsqlConnection connection, bool hasVault, CancellationToken cancellationToken)
    {
        var missing = new List<(string Right, string Table)>();
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = hasVault });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            missing.Add((reader.GetString(0), reader.GetString(1)));
        }

        return missing;
    }

    /// <summary>The session's role, quoted for SQL where it must be.</summary>
    public static async Task<string> ReadRoleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_catalog.quote_ident(current_user::text)", connection);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Names the rights that are missing.</summary>
    /// <param name="missing">The rights.</param>
    /// <param name="role">The role, quoted for SQL.</param>
    public static Finding Judge(IReadOnlyList<(string Right, string Table)> missing, string role) => Checks.Rights.Fail(
        $"the role lacks {string.Join(", ", missing.Select(x => $"{x.Right} on {x.Table}"))} (SQLSTATE 42501)",
        "run this as the owner of the tables, or deploy/postgresql/grants.sql, which grants all that the service "
        + $"needs:\n{string.Join('\n', missing.Select(x => $"GRANT {x.Right} ON {x.Table} TO {role};"))}");
}
