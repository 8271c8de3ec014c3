using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>A table that has rows, and what it has of one index.</summary>
/// <param name="Name">The plain table or the leaf, quoted for SQL.</param>
/// <param name="OwnIndex">The name of the index that is built for it, quoted for SQL, with its schema.</param>
/// <param name="IsThere">Whether there is an index of that name.</param>
/// <param name="IsUsable">Whether that one is complete.</param>
/// <param name="IsAttached">Whether a part of the partitioned index covers it.</param>
/// <param name="Bytes">The size of its part.</param>
internal sealed record IndexedTable(
    string Name, string OwnIndex, bool IsThere, bool IsUsable, bool IsAttached, long Bytes)
{
    // Without partitions, the index of the table itself is its part.
    private const string Sql =
        """
        SELECT l.oid::regclass::text,
            pg_catalog.concat(pg_catalog.quote_ident(n.nspname::text), '.',
                pg_catalog.quote_ident(pg_catalog.concat('ix_', l.relname::text, '_', @column))),
            pg_catalog.quote_ident(pg_catalog.concat('ix_', l.relname::text, '_', @column)),
            own.indexrelid IS NOT NULL, coalesce(own.indisvalid AND own.indisready, false),
            part.indexrelid IS NOT NULL,
            coalesce(pg_catalog.pg_relation_size(coalesce(part.indexrelid, own.indexrelid)::regclass), 0)
        FROM pg_catalog.pg_class AS p
            JOIN pg_catalog.pg_class AS l ON l.oid = p.oid AND p.relkind::text = 'r'
                OR p.relkind::text = 'p' AND l.oid IN (SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i
                    WHERE i.inhparent = p.oid)
            JOIN pg_catalog.pg_namespace AS n ON n.oid = l.relnamespace
            LEFT JOIN LATERAL (SELECT x.indexrelid, x.indisvalid, x.indisready FROM pg_catalog.pg_index AS x
                JOIN pg_catalog.pg_class AS c ON c.oid = x.indexrelid
                WHERE x.indrelid = l.oid
                    AND c.relname::text = pg_catalog.concat('ix_', l.relname::text, '_', @column)) AS own ON true
            LEFT JOIN LATERAL (SELECT x.indexrelid FROM pg_catalog.pg_index AS x
                JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = x.indexrelid
                WHERE x.indrelid = l.oid AND i.inhparent = pg_catalog.to_regclass(@index)::oid) AS part ON true
        WHERE p.oid = pg_catalog.to_regclass('user_logins')::oid
        ORDER BY l.oid::regclass::text COLLATE "C"
        """;

    /// <summary>Whether the index covers the table.</summary>
    public bool IsDone(bool isPartitioned) => isPartitioned ? IsAttached : IsUsable;

    public static Task<List<IndexedTable>> ListAsync(
        LoginDatabase database, AnalystIndex index, CancellationToken cancellationToken) => database.QueryAsync(
        Sql,
        static reader => new IndexedTable(
            reader.GetString(0), reader.GetString(1), reader.GetBoolean(3), reader.GetBoolean(4),
            reader.GetBoolean(5), reader.GetInt64(6))
        {
            NewIndex = reader.GetString(2),
        },
        cancellationToken,
        SqlCommands.Parameter("column", index.Column),
        SqlCommands.Parameter("index", index.Name));

    /// <summary>The name without its schema, as CREATE INDEX takes it.</summary>
    public string NewIndex { get; private init; } = string.Empty;
}
