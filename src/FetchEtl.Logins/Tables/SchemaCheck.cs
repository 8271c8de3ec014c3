using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Looks for schemas of the <c>search_path</c> in which other roles may create objects. Such a role can place a table,
/// a function or an operator there that others use in place of their own. It changes nothing, and needs no right.
/// </summary>
public static class SchemaCheck
{
    // A superuser and an owner may do more than that anyway. The position says whether names are looked up in a schema
    // before pg_catalog, which happens only where the search_path names pg_catalog behind it.
    private const string Sql =
        """
        SELECT pg_catalog.quote_ident(s.name),
            s.position < coalesce((SELECT c.position
                FROM pg_catalog.unnest(pg_catalog.current_schemas(true)) WITH ORDINALITY AS c (name, position)
                WHERE c.name::text = 'pg_catalog'), 0),
            coalesce((SELECT pg_catalog.string_agg(
                    coalesce(pg_catalog.quote_ident(r.rolname::text), 'PUBLIC'), ', ' ORDER BY r.rolname::text)
                FROM pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) AS a
                    LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
                WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
                    AND coalesce(r.rolname::text <> current_user::text AND NOT r.rolsuper, true)), '')
        FROM pg_catalog.unnest(pg_catalog.current_schemas(true)) WITH ORDINALITY AS s (name, position)
            JOIN pg_catalog.pg_namespace AS n ON n.nspname::text = s.name::text
        WHERE NOT s.name::text LIKE 'pg\_%'
        ORDER BY s.position
        """;

    /// <summary>Reads the rights on the schemas of the session's <c>search_path</c>.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>One sentence for each finding, with the schema, the roles and the remedy; empty where all is well.
    /// </returns>
    /// <exception cref="NpgsqlException">PostgreSQL rejected the statement, or could not be reached.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var findings = new List<string>();
        await using var command = new NpgsqlCommand(Sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (schema, isFirst, roles) = (reader.GetString(0), reader.GetBoolean(1), reader.GetString(2));
            if (roles.Length > 0)
            {
                findings.Add(
                    $"Other roles may create objects in schema {schema}, which names are looked up in: {roles}. A " +
                    "function or operator that one of them places there can run with the rights of its caller. " +
                    $"Remedy: REVOKE CREATE ON SCHEMA {schema} FROM {roles}");
            }

            if (isFirst)
            {
                findings.Add(
                    $"The search_path names pg_catalog behind schema {schema}, so objects there hide PostgreSQL's " +
                    "own. Remedy: take pg_catalog out of the search_path of the role, the database and " +
                    "ConnectionStrings:Logins");
            }
        }

        return findings;
    }
}
