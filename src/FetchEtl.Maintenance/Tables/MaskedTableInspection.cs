using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>
/// Inspects a table before anything in it is changed, and refuses one that cannot be rekeyed or adopted. It reports all
/// problems at once, each with its remedy.
/// </summary>
internal static class MaskedTableInspection
{
    private const string ReadTable =
        """
        SELECT c.oid::regclass::text, c.relkind::text, coalesce(m.amname::text, ''),
            pg_catalog.row_security_active(c.oid),
            pg_catalog.has_table_privilege(c.oid, 'SELECT'),
            CASE WHEN c.relkind::text = 'p' THEN
                (SELECT pg_catalog.string_agg(t.relid::regclass::text, ', ' ORDER BY t.relid::regclass::text)
                    FROM pg_catalog.pg_partition_tree(c.oid::regclass) t
                    JOIN pg_catalog.pg_class l ON l.oid = t.relid::oid
                    LEFT JOIN pg_catalog.pg_am a ON a.oid = l.relam
                    WHERE t.isleaf AND t.relid::oid <> c.oid
                        AND (l.relkind::text <> 'r' OR coalesce(a.amname::text, '') <> 'heap'))
            ELSE (SELECT pg_catalog.string_agg(i.inhrelid::regclass::text, ', ' ORDER BY i.inhrelid)
                FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) END
        FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam
        WHERE c.oid = pg_catalog.to_regclass(@table)::oid
        """;

    // 4 is the header that a varchar's modifier counts.
    private const string ReadColumns =
        """
        SELECT a.attname::text, pg_catalog.quote_ident(a.attname::text), t.typname::text,
            pg_catalog.format_type(a.atttypid, a.atttypmod),
            a.attnotnull,
            t.typname::text = 'text' OR t.typname::text = 'varchar' AND (a.atttypmod < 0 OR a.atttypmod - 4 >= @length),
            a.attgenerated <> '', pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'UPDATE')
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = pg_catalog.to_regclass(@table)::oid AND a.attnum > 0 AND NOT a.attisdropped
            AND a.attname::text = ANY (@columns)
        """;

    private const string HasGenerationColumn =
        """
        SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = pg_catalog.to_regclass(@table)::oid AND a.attname::text = @column
                AND NOT a.attisdropped AND t.typname::text IN ('int2', 'int4'))
        """;

    private const string ReadVault =
        """
        SELECT pg_catalog.to_regclass('pii_vault') IS NOT NULL,
            coalesce(pg_catalog.bool_and(
                pg_catalog.has_table_privilege(pg_catalog.to_regclass('pii_vault')::oid, kind)), false)
        FROM pg_catalog.unnest(pg_catalog.string_to_array(@rights, ', ')) AS kind
        """;

    /// <param name="database">The session.</param>
    /// <param name="name">The table's name, as SQL writes it.</param>
    /// <param name="columns">The columns, by their plain names.</param>
    /// <param name="maskLength">The room that a mask needs, in characters.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <exception cref="MaskingRefusedException">The table cannot be rekeyed or adopted.</exception>
    public static async Task<MaskedTable> InspectAsync(
        LoginDatabase database,
        string name,
        IReadOnlyList<MaskedColumn> columns,
        int maskLength,
        CancellationToken cancellationToken)
    {
        var table = await FindAsync(database, name, cancellationToken);
        var found = await database.QueryAsync(
            ReadColumns,
            static reader => new Column(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3),
                reader.GetBoolean(4), reader.GetBoolean(5), reader.GetBoolean(6), reader.GetBoolean(7)),
            cancellationToken,
            SqlCommands.Parameter("table", name),
            SqlCommands.Parameter("columns", columns.Select(column => column.Name).ToArray()),
            SqlCommands.Parameter("length", maskLength));

        var problems = new List<string>();
        if (!table.IsReadable || found.Exists(column => !column.IsWritable))
        {
            problems.Add($"The role lacks a right on {table.Name}: GRANT SELECT, UPDATE ON {table.Name} to it.");
        }

        foreach (var column in columns)
        {
            if (found.Find(x => x.Name == column.Name) is not { } there)
            {
                problems.Add($"{table.Name} has no column {column.Name}: give its name as it is, without quotes.");
            }
            else if (there.IsGenerated)
            {
                problems.Add($"{table.Name}.{there.Quoted} is generated from other columns: mask those, or drop it.");
            }
            else if (!there.Fits)
            {
                problems.Add(
                    $"{table.Name}.{there.Quoted} is {there.Declared}, and a mask is a text of {maskLength} " +
                    $"characters: {Widening(table.Name, there)}; drop a view over it first and create it again " +
                    "afterwards.");
            }
        }

        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }

        // Names are unique: the caller refused a column that was given twice.
        var known = found.ToDictionary(column => column.Name);
        return new MaskedTable(
            table.Name,
            [.. columns.Select(column => column with { Name = known[column.Name].Quoted })],
            [.. columns.Where(column => known[column.Name].IsRequired)
                .Select(column => column with { Name = known[column.Name].Quoted })])
        {
            IsPartitioned = table.Kind == "p",
            HasGenerations = (await database.QueryAsync(
                HasGenerationColumn,
                static reader => reader.GetBoolean(0),
                cancellationToken,
                SqlCommands.Parameter("table", name),
                SqlCommands.Parameter("column", MaskedTable.GenerationColumn)))[0],
        };
    }

    /// <param name="database">The session.</param>
    /// <param name="rights">The rights on the vault that the role needs, as GRANT lists them.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <exception cref="MaskingRefusedException">
    /// There is no table <c>pii_vault</c>, or the role lacks a right on it.
    /// </exception>
    public static async Task RequireVaultAsync(
        LoginDatabase database, string rights, CancellationToken cancellationToken)
    {
        var vault = (await database.QueryAsync(
            ReadVault,
            static reader => (Exists: reader.GetBoolean(0), IsAllowed: reader.GetBoolean(1)),
            cancellationToken,
            SqlCommands.Parameter("rights", rights)))[0];
        if (!vault.Exists)
        {
            throw new MaskingRefusedException(["There is no table pii_vault: create it by 'fetch-etl migrate'."]);
        }

        if (!vault.IsAllowed)
        {
            throw new MaskingRefusedException(
            [
                $"The role lacks a right on pii_vault, whose entries change with the table's masks: GRANT {rights} " +
                "ON pii_vault to it.",
            ]);
        }
    }

    private static async Task<Table> FindAsync(
        LoginDatabase database, string name, CancellationToken cancellationToken)
    {
        var tables = new List<Table>();
        try
        {
            tables = await database.QueryAsync(
                ReadTable,
                static reader => new Table(
                    reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3),
                    reader.GetBoolean(4),
                    reader.IsDBNull(5) ? null : reader.GetString(5)),
                cancellationToken,
                SqlCommands.Parameter("table", name));
        }
        catch (PostgresException exception)
            when (exception.SqlState is PostgresErrorCodes.InvalidName or PostgresErrorCodes.SyntaxError)
        {
            // A name that is no SQL name is reported as a table that does not exist.
        }

        var problem = tables switch
        {
            [] => $"There is no table {name}: write it as in SQL, with its schema where the search_path in " +
                "ConnectionStrings:Logins does not lead to it.",
            [{ Kind: "p", Children: { } others } table] => $"{table.Name} has partitions that are foreign tables or " +
                $"of another storage, whose rows cannot be found by their place: {others}: detach them.",
            [{ Kind: not ("r" or "p") } table] => $"{table.Name} is not a table, but a view or something of that " +
                "kind: name the table under it.",
            [{ Kind: "r", Children: { } children } table] => $"{table.Name} has tables that inherit from it, whose " +
                $"rows would be left out: detach them (ALTER TABLE … NO INHERIT) and name each: {children}.",
            [{ Kind: "r", Method: not "heap" } table] => $"{table.Name} is stored by {table.Method}, whose rows " +
                "cannot be found by their place: copy it into a plain table.",
            [{ HidesRows: true } table] => $"{table.Name} has row-level security that hides rows from this role: use " +
                "its owner's role, or one with BYPASSRLS.",
            _ => null,
        };
        return problem is null ? tables[0] : throw new MaskingRefusedException([problem]);
    }

    private static string Widening(string table, Column column)
    {
        var conversion = column.Type switch
        {
            "varchar" => string.Empty,
            "inet" or "cidr" => $" USING host({column.Quoted})",
            _ => $" USING {column.Quoted}::text",
        };
        return $"ALTER TABLE {table} ALTER COLUMN {column.Quoted} TYPE varchar({MaskedColumns.Length}){conversion}";
    }

    private sealed record Table(
        string Name, string Kind, string Method, bool HidesRows, bool IsReadable, string? Children);

    private sealed record Column(
        string Name,
        string Quoted,
        string Type,
        string Declared,
        bool IsRequired,
        bool Fits,
        bool IsGenerated,
        bool IsWritable);
}
