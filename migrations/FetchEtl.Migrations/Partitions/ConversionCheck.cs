using FetchEtl.Logins;

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
        SELECT pg_catalog.format('A policy of row-level security hides rows of user_logins from the role %I, and the '
            'copy would lack them: let a role with BYPASSRLS run it, or ALTER TABLE user_logins NO FORCE ROW LEVEL '
            'SECURITY meanwhile.', current_user)
        WHERE pg_catalog.row_security_active({Old})
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
        SELECT pg_catalog.format('The check %I is NOT VALID, and partitions check every row: ALTER TABLE user_logins '
            'VALIDATE CONSTRAINT %1$I, or drop it.', o.conname)
        FROM pg_catalog.pg_constraint AS o
        WHERE o.conrelid = {Old} AND o.contype = 'c' AND NOT o.convalidated
        UNION ALL
        SELECT pg_catalog.format('Partitions cannot have the check %I with NO INHERIT: drop it, and add it without '
            'that.', o.conname)
        FROM pg_catalog.pg_constraint AS o WHERE o.conrelid = {Old} AND o.contype = 'c' AND o.connoinherit
        UNION ALL
        SELECT pg_catalog.format('Partitions cannot have the trigger %I, which is FOR EACH ROW and has a transition '
            'table: drop it, or make it FOR EACH STATEMENT.', t.tgname)
        FROM pg_catalog.pg_trigger AS t
        WHERE t.tgrelid = {Old} AND NOT t.tgisinternal AND t.tgtype::integer & 1 = 1
            AND (t.tgoldtable IS NOT NULL OR t.tgnewtable IS NOT NULL)
        UNION ALL
        SELECT DISTINCT pg_catalog.format('The view %s reads user_logins, and the role %I may not point it to another '
            'table: let a member of its owner %I run it who may create in its schema, or drop the view and create it '
            'again afterwards.', c.oid::regclass, current_user, r.rolname)
        FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_rewrite AS w ON w.oid = d.objid
            JOIN pg_catalog.pg_class AS c ON c.oid = w.ev_class AND c.relkind = 'v'
            JOIN pg_catalog.pg_roles AS r ON r.oid = c.relowner
        WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass::oid
            AND d.refclassid = 'pg_catalog.pg_class'::regclass::oid AND d.refobjid = {Old}
            AND NOT (pg_catalog.pg_has_role(c.relowner, 'USAGE')
                AND pg_catalog.has_schema_privilege(c.relnamespace, 'CREATE'))
        UNION ALL
        SELECT DISTINCT pg_catalog.format('The row type of user_logins is used by %s: drop that, and create it again '
            'afterwards.', pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid))
        FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_depend AS d ON d.refobjid IN (t.oid, t.typarray)
        WHERE t.typrelid = {Old} AND d.refclassid = 'pg_catalog.pg_type'::regclass::oid AND d.deptype = 'n'
            AND d.classid <> 'pg_catalog.pg_rewrite'::regclass::oid
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
        SELECT DISTINCT pg_catalog.format('user_logins is in the publication %I: take it out, or drop the publication '
            'where it is of all tables or of the schema, and add it again afterwards.', p.pubname)
        FROM pg_catalog.pg_publication_tables AS p JOIN pg_catalog.pg_class AS c ON c.oid = {Old}
            AND c.relname::text = p.tablename::text
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname::text = p.schemaname::text
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
    /// The columns that differ between <c>@old</c> and <c>@target</c>: one of them was changed meanwhile.
    /// </summary>
    public static readonly string ChangedColumns =
        $"""
        SELECT DISTINCT coalesce(o.name, t.name) FROM ({Columns("@old")}) AS o FULL JOIN ({Columns("@target")}) AS t
        ON t.name = o.name AND t.form = o.form
        WHERE o.name IS NULL OR t.name IS NULL
        """;

    /// <summary>The checks that differ between <c>@old</c> and <c>@target</c>.</summary>
    public static readonly string ChangedChecks =
        $"""
        SELECT DISTINCT coalesce(o.name, t.name) FROM ({Checks("@old")}) AS o FULL JOIN ({Checks("@target")}) AS t
        ON t.name = o.name AND t.form = o.form
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

    private static string Columns(string table) =>
        $"""
        SELECT a.attname::text AS name, pg_catalog.concat_ws(' ', pg_catalog.format_type(a.atttypid, a.atttypmod),
            a.attnotnull, a.attcollation, a.attgenerated, pg_catalog.pg_get_expr(d.adbin, d.adrelid)) AS form
        FROM pg_catalog.pg_attribute AS a
            LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = pg_catalog.to_regclass({table})::oid AND a.attnum > 0 AND NOT a.attisdropped
        """;

    private static string Checks(string table) =>
        $"""
        SELECT c.conname::text AS name, pg_catalog.pg_get_constraintdef(c.oid) AS form
        FROM pg_catalog.pg_constraint AS c
        WHERE c.conrelid = pg_catalog.to_regclass({table})::oid AND c.contype = 'c'
        """;
}
