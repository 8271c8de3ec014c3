namespace FetchEtl.Migrations;

/// <summary>What forbids a conversion, found before anything changes.</summary>
internal static class ConversionCheck
{
    private const string Old = "pg_catalog.to_regclass(@old)::oid";

    /// <summary>
    /// Returns a sentence with the remedy for each obstacle. The parameters are <c>@old</c> and <c>@names</c>, the
    /// qualified names that must be free.
    /// </summary>
    public const string Obstacles =
        $"""
        SELECT pg_catalog.format('The role %I is no member of the owner %I of user_logins: let the owner run it.',
            current_user, r.rolname)
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS r ON r.oid = c.relowner
        WHERE c.oid = {Old} AND NOT pg_catalog.pg_has_role(c.relowner, 'MEMBER')
        UNION ALL
        SELECT pg_catalog.format('The owner %I of user_logins may not create tables in schema %I, where partitions '
            'will be created: GRANT CREATE ON SCHEMA %2$I TO %1$I.', r.rolname, n.nspname)
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS r ON r.oid = c.relowner
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = {Old} AND NOT pg_catalog.has_schema_privilege(r.oid, n.oid, 'CREATE')
        UNION ALL
        SELECT pg_catalog.format('%s exists: rename or drop it.', n.name)
        FROM pg_catalog.unnest(@names) AS n (name) WHERE pg_catalog.to_regclass(n.name) IS NOT NULL
        UNION ALL
        SELECT pg_catalog.format('Partitions cannot keep the unique index %I, which is not on create_date: drop it.',
            c.relname)
        FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
        WHERE i.indrelid = {Old} AND i.indisunique AND c.relname::text <> 'ix_user_logins_message_id'
        UNION ALL
        SELECT pg_catalog.format('The constraint %I of %s is not carried over to partitions: drop it.', o.conname,
            o.conrelid::regclass)
        FROM pg_catalog.pg_constraint AS o
        WHERE (o.conrelid = {Old} OR o.confrelid = {Old}) AND o.contype IN ('f', 'x')
        UNION ALL
        SELECT pg_catalog.format('Partitions cannot have the identity column %I: ALTER TABLE user_logins ALTER COLUMN '
            '%1$I DROP IDENTITY, and give it a default from a sequence.', a.attname)
        FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = {Old} AND a.attidentity <> '' AND NOT a.attisdropped
        UNION ALL
        SELECT pg_catalog.format('The rule %I of user_logins is not carried over: drop it.', r.rulename)
        FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = {Old}
        UNION ALL
        SELECT 'user_logins inherits from a table, or another inherits from it: end that by ALTER TABLE … NO INHERIT.'
        WHERE EXISTS (SELECT FROM pg_catalog.pg_inherits AS i WHERE {Old} IN (i.inhrelid, i.inhparent))
        UNION ALL
        SELECT pg_catalog.format('user_logins is in the publication %I: take it out, and add it again afterwards.',
            p.pubname)
        FROM pg_catalog.pg_publication_rel AS m JOIN pg_catalog.pg_publication AS p ON p.oid = m.prpubid
        WHERE m.prrelid = {Old}
        UNION ALL
        SELECT DISTINCT pg_catalog.format('The materialized view %s reads user_logins and cannot be pointed to another '
            'table: drop it, and create it again afterwards.', c.oid::regclass)
        FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid
            JOIN pg_catalog.pg_class AS c ON c.oid = r.ev_class AND c.relkind = 'm'
        WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass::oid
            AND d.refclassid = 'pg_catalog.pg_class'::regclass::oid AND d.refobjid = {Old}
        UNION ALL
        SELECT DISTINCT pg_catalog.format('The function %s has a body that is bound to user_logins: drop it, and '
            'create it again afterwards.', d.objid::regprocedure)
        FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_proc'::regclass::oid
            AND d.refclassid = 'pg_catalog.pg_class'::regclass::oid AND d.refobjid = {Old}
        """;

    /// <summary>
    /// The columns that differ between <c>@old</c> and <c>@target</c>: somebody changed one of them meanwhile.
    /// </summary>
    public const string ChangedColumns =
        """
        SELECT coalesce(o.name, t.name) FROM (
            SELECT a.attname::text AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
                a.attnotnull AS rule
            FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = pg_catalog.to_regclass(@old)::oid AND a.attnum > 0 AND NOT a.attisdropped) AS o
        FULL JOIN (
            SELECT a.attname::text AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
                a.attnotnull AS rule
            FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = pg_catalog.to_regclass(@target)::oid AND a.attnum > 0 AND NOT a.attisdropped) AS t
        ON t.name = o.name AND t.type = o.type AND t.rule = o.rule
        WHERE o.name IS NULL OR t.name IS NULL
        """;

    /// <summary>The rows, the partitions that they need, and the rows whose date no partition can hold.</summary>
    public static string Count(string schema, PartitionInterval interval) =>
        $"""
        SELECT coalesce(pg_catalog.sum(d.rows), 0)::bigint,
            pg_catalog.count(DISTINCT pg_catalog.date_trunc('{ConversionSql.Name(interval)}', d.day::timestamp)),
            coalesce(pg_catalog.sum(d.rows) FILTER (
                WHERE NOT pg_catalog.isfinite(d.day) OR d.day < '0001-01-01' OR d.day >= '9999-01-01'), 0)::bigint
        FROM (SELECT create_date AS day, pg_catalog.count(*) AS rows FROM {schema}.user_logins
            GROUP BY create_date) AS d
        """;
}
