namespace FetchEtl.Migrations;

/// <summary>
/// Queries that return statements, one a row: what <c>user_logins</c> has besides its rows, for the partitioned table.
/// The parameters are <c>@old</c>, the name of the table to read, and <c>@target</c>, that of the table to change, both
/// as SQL writes them. With <c>search_path = pg_catalog</c>, all names in the statements are qualified.
/// </summary>
internal static class CarriedOver
{
    private const string Grantee = "coalesce(pg_catalog.quote_ident(r.rolname::text), 'PUBLIC')";
    private const string Old = "pg_catalog.to_regclass(@old)::oid";

    /// <summary>The owner, for the tables and functions of <c>@targets</c>, which say their kind.</summary>
    public const string Owner =
        $"""
        SELECT pg_catalog.format('ALTER %s OWNER TO %I', t.name, r.rolname)
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS r ON r.oid = c.relowner
            CROSS JOIN LATERAL pg_catalog.unnest(@targets) AS t (name)
        WHERE c.oid = {Old}
        """;

    /// <summary>The statistics of the columns, and the comment.</summary>
    public const string Columns =
        $"""
        SELECT pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS %s', @target, a.attname,
            a.attstattarget)
        FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = {Old} AND a.attnum > 0 AND NOT a.attisdropped AND a.attstattarget > 0
        UNION ALL
        SELECT pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I SET (%s)', @target, a.attname,
            pg_catalog.array_to_string(a.attoptions, ', '))
        FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = {Old} AND a.attnum > 0 AND NOT a.attisdropped AND a.attoptions IS NOT NULL
        UNION ALL
        SELECT pg_catalog.format('COMMENT ON TABLE %s IS %L', @target,
            pg_catalog.obj_description({Old}, 'pg_class'))
        WHERE pg_catalog.obj_description({Old}, 'pg_class') IS NOT NULL
        """;

    /// <summary>The indexes but the unique one, under names that are free: the number of the old index.</summary>
    public const string Indexes =
        $"""
        SELECT pg_catalog.format('CREATE INDEX user_logins_index_%s ON %s', i.indexrelid, @target)
            || pg_catalog.substr(d.text, pg_catalog.strpos(d.text, ' USING '))
        FROM pg_catalog.pg_index AS i CROSS JOIN LATERAL pg_catalog.pg_get_indexdef(i.indexrelid) AS d (text)
        WHERE i.indrelid = {Old} AND NOT i.indisunique AND i.indisvalid
        """;

    /// <summary>The names of these indexes, once the old ones have given them up.</summary>
    public const string IndexNames =
        $"""
        SELECT s.statement FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (VALUES
                (pg_catalog.format('ALTER INDEX %I.%I RENAME TO user_logins_old_index_%s', n.nspname, c.relname,
                    c.oid)),
                (pg_catalog.format('ALTER INDEX %I.user_logins_index_%s RENAME TO %I', n.nspname, c.oid,
                    c.relname))) AS s (statement)
        WHERE i.indrelid = {Old} AND NOT i.indisunique AND i.indisvalid
        """;

    /// <summary>The indexes that were built since the conversion began, and those that were dropped.</summary>
    public const string ChangedIndexes =
        $"""
        SELECT c.relname::text FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
        WHERE i.indrelid = {Old} AND NOT i.indisunique AND i.indisvalid AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_class AS o WHERE o.relnamespace = c.relnamespace
                AND o.relname::text = 'user_logins_index_' || i.indexrelid::text)
        UNION ALL
        SELECT n.relname::text FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS n ON n.oid = i.indexrelid
        WHERE i.indrelid = pg_catalog.to_regclass(@target)::oid AND n.relname::text LIKE 'user\_logins\_index\_%'
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_index AS o
                WHERE o.indrelid = {Old} AND 'user_logins_index_' || o.indexrelid::text = n.relname::text)
        """;

    /// <summary>The views over the table. A view keeps its owner, its rights and the views over it.</summary>
    public const string Views =
        $"""
        SELECT pg_catalog.format('CREATE OR REPLACE VIEW %I.%I%s AS %s', n.nspname, c.relname,
            (SELECT ' WITH (' || pg_catalog.string_agg(o.text, ', ') || ')'
                FROM pg_catalog.unnest(c.reloptions) AS o (text)),
            pg_catalog.pg_get_viewdef(c.oid))
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'v' AND c.oid IN (
            SELECT r.ev_class FROM pg_catalog.pg_depend AS d
                JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid
            WHERE d.classid = 'pg_catalog.pg_rewrite'::regclass::oid
                AND d.refclassid = 'pg_catalog.pg_class'::regclass::oid AND d.refobjid = {Old})
        """;

    /// <summary>Row-level security with its policies, and the triggers of others.</summary>
    public const string Behaviour =
        $"""
        SELECT pg_catalog.format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, @target,
            CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
            CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE'
                ELSE 'ALL' END,
            (SELECT pg_catalog.string_agg({Grantee}, ', ') FROM pg_catalog.unnest(p.polroles) AS o (oid)
                LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = o.oid),
            ' USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
            ' WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')')
        FROM pg_catalog.pg_policy AS p WHERE p.polrelid = {Old}
        UNION ALL
        SELECT pg_catalog.format('ALTER TABLE %s %s ROW LEVEL SECURITY', @target, f.word)
        FROM pg_catalog.pg_class AS c
            CROSS JOIN LATERAL (VALUES
                ('ENABLE', c.relrowsecurity), ('FORCE', c.relforcerowsecurity)) AS f (word, is_on)
        WHERE c.oid = {Old} AND f.is_on
        UNION ALL
        SELECT s.statement FROM pg_catalog.pg_trigger AS t CROSS JOIN LATERAL (VALUES
            (1, pg_catalog.pg_get_triggerdef(t.oid)),
            (2, CASE t.tgenabled WHEN 'O' THEN NULL ELSE pg_catalog.format('ALTER TABLE %s %s TRIGGER %I', @target,
                CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE REPLICA' END,
                t.tgname) END)) AS s (place, statement)
        WHERE t.tgrelid = {Old} AND NOT t.tgisinternal AND NOT t.tgname::text = ANY (@triggers)
            AND s.statement IS NOT NULL
        """;

    /// <summary>
    /// The rights on the table and its columns, and on the function for the roles that insert. A role that may insert,
    /// and read <c>message_id</c>, may then read <c>create_date</c> too, which ON CONFLICT requires of each column of
    /// its index.
    /// </summary>
    public const string Grants =
        $"""
        SELECT pg_catalog.format('GRANT %s ON %s TO %s%s', a.privilege_type, @target, {Grantee},
            CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
        FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
            LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
        WHERE c.oid = {Old} AND a.grantee <> c.relowner
        UNION ALL
        SELECT pg_catalog.format('GRANT %s (%I) ON %s TO %s%s', a.privilege_type, t.attname, @target, {Grantee},
            CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' END)
        FROM pg_catalog.pg_attribute AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.attrelid
            CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) AS a
            LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
        WHERE t.attrelid = {Old} AND NOT t.attisdropped AND a.grantee <> c.relowner
        UNION
        SELECT pg_catalog.format('GRANT SELECT (create_date) ON %s TO %s', @target, {Grantee})
        FROM pg_catalog.pg_attribute AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.attrelid
            CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) AS a
            LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
        WHERE t.attrelid = {Old} AND t.attname::text = 'message_id' AND a.grantee <> c.relowner
            AND a.privilege_type = 'SELECT'
            AND (EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) AS i
                    WHERE i.grantee = a.grantee AND i.privilege_type = 'INSERT')
                OR EXISTS (SELECT FROM pg_catalog.pg_attribute AS o
                        CROSS JOIN LATERAL pg_catalog.aclexplode(o.attacl) AS i
                    WHERE o.attrelid = c.oid AND i.grantee = a.grantee AND i.privilege_type = 'INSERT'))
        UNION
        SELECT pg_catalog.format('GRANT EXECUTE ON FUNCTION %s(date) TO %s', @function, {Grantee})
        FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
            LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
        WHERE c.oid = {Old} AND a.grantee <> c.relowner AND a.privilege_type = 'INSERT'
        UNION
        SELECT pg_catalog.format('GRANT EXECUTE ON FUNCTION %s(date) TO %s', @function, {Grantee})
        FROM pg_catalog.pg_attribute AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.attrelid
            CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) AS a
            LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
        WHERE t.attrelid = {Old} AND NOT t.attisdropped AND a.grantee <> c.relowner AND a.privilege_type = 'INSERT'
        """;

    /// <summary>Takes all rights on <c>@target</c> from others than the owner.</summary>
    public const string Revokes =
        $"""
        SELECT DISTINCT pg_catalog.format('REVOKE ALL ON %s FROM %s', @target, {Grantee})
        FROM pg_catalog.pg_class AS c
            CROSS JOIN LATERAL (
                SELECT a.grantee FROM pg_catalog.aclexplode(c.relacl) AS a
                UNION SELECT a.grantee FROM pg_catalog.pg_attribute AS t
                    CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) AS a WHERE t.attrelid = c.oid) AS g
            LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee
        WHERE c.oid = {Old} AND g.grantee <> c.relowner
        """;

    /// <summary>Takes all rights on the function <c>@function</c> from others than the owner.</summary>
    public const string FunctionRevokes =
        $"""
        SELECT DISTINCT pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM %s', @function, {Grantee})
        FROM pg_catalog.pg_proc AS p CROSS JOIN LATERAL pg_catalog.aclexplode(p.proacl) AS a
            LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
        WHERE p.oid = pg_catalog.to_regprocedure(@function)::oid AND a.grantee <> p.proowner
        """;

    /// <summary>The sequences of serial columns belong to the table that fills them.</summary>
    public const string Sequences =
        $"""
        SELECT pg_catalog.format('ALTER SEQUENCE %s OWNED BY %s.%I', s.oid::regclass, @target, a.attname)
        FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
            JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_catalog.pg_class'::regclass::oid
            AND d.refclassid = 'pg_catalog.pg_class'::regclass::oid AND d.refobjid = {Old} AND d.deptype = 'a'
        """;
}
