using FetchEtl.Logins;

namespace FetchEtl.Migrations;

/// <summary>
/// The parts of a <c>user_logins</c> that is partitioned by <c>create_date</c>: the parent, the partition of rows
/// without a date, and the function that adds the partition of a day. All names of schemas are quoted for SQL.
/// </summary>
/// <remarks>
/// <para>
/// Each partition but <see cref="Undated"/> holds a month or a day. The interval is that of the partition with the
/// greatest upper bound. <see cref="Undated"/> is the DEFAULT partition, since only that can hold NULL. Its check
/// rejects every date, so a row whose partition is missing is an error and never reaches the wrong partition. The
/// same check proves to PostgreSQL that a new partition takes no row from it, so nothing is scanned.
/// </para>
/// <para>
/// PostgreSQL does not allow DETACH PARTITION … CONCURRENTLY beside a DEFAULT partition.
/// </para>
/// </remarks>
internal static class PartitionSql
{
    /// <summary>The partition of the rows without a date.</summary>
    public const string Undated = "user_logins_undated";

    /// <summary>The function that adds the partition of a day.</summary>
    public const string AddPartition = "user_logins_add_partition";

    /// <summary>The most partitions; PostgreSQL plans queries without a date more slowly with each.</summary>
    public const int MaxPartitions = 4000;

    /// <summary>
    /// How far ahead of the server's clock a date may be. On some brokers the date is the producer's.
    /// </summary>
    public const int MaxDaysAhead = 366;

    /// <summary>
    /// Lets the function accept dates before 1970 and beyond <see cref="MaxDaysAhead"/>, until the transaction ends.
    /// Rows that stand in a table have their dates already.
    /// </summary>
    public const string AnyDate = "pg_catalog.set_config('fetch_etl.any_date', 'on', true)";

    /// <summary>
    /// Returns the statements that create an empty partitioned copy of <c>user_logins</c>, without leaves for dates.
    /// </summary>
    /// <param name="schema">The schema.</param>
    /// <param name="parent">The plain name of the copy.</param>
    /// <param name="options">The storage parameters of the partitions, as <see cref="WithOptions"/> reads them.</param>
    public static string CreateParent(string schema, string parent, string options) =>
        $"""
        CREATE TABLE {schema}.{parent} (LIKE {schema}.user_logins INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY)
            PARTITION BY RANGE (create_date);
        CREATE UNIQUE INDEX ix_{parent}_message_id ON {schema}.{parent} (message_id, create_date);
        CREATE TABLE {schema}.{Undated} (
            LIKE {schema}.{parent} INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS,
            CONSTRAINT {Undated}_check CHECK (create_date IS NULL)) {options};
        CREATE UNIQUE INDEX ix_{Undated}_message_id ON {schema}.{Undated} (message_id);
        ALTER TABLE {schema}.{parent} ATTACH PARTITION {schema}.{Undated} DEFAULT;
        """;

    /// <summary>Returns the statement that creates the first leaf, from whose bounds the interval is known.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="parent">The plain name of the parent.</param>
    /// <param name="interval">The interval.</param>
    /// <param name="day">A day of the leaf.</param>
    /// <param name="options">As for <see cref="CreateParent"/>.</param>
    public static string CreateFirstLeaf(
        string schema, string parent, PartitionInterval interval, DateOnly day, string options)
    {
        var from = interval == PartitionInterval.Month ? new DateOnly(day.Year, day.Month, 1) : day;
        var to = interval == PartitionInterval.Month ? from.AddMonths(1) : from.AddDays(1);
        var name = interval == PartitionInterval.Month ? $"{from:yyyy'_'MM}" : $"{from:yyyy'_'MM'_'dd}";
        return $"""
            CREATE TABLE {schema}.user_logins_p{name} PARTITION OF {schema}.{parent}
                FOR VALUES FROM ('{from:yyyy'-'MM'-'dd}') TO ('{to:yyyy'-'MM'-'dd}') {options}
            """;
    }

    /// <summary>The storage parameters of a table as a clause; an empty text where it has none.</summary>
    public const string WithOptions =
        """
        SELECT coalesce('WITH (' || pg_catalog.string_agg(
            pg_catalog.format('%s=%L', pg_catalog.split_part(o.text, '=', 1),
                pg_catalog.substr(o.text, pg_catalog.strpos(o.text, '=') + 1)), ', ') || ')', '')
        FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.unnest(c.reloptions) AS o (text)
        WHERE c.oid = pg_catalog.to_regclass(@table)::oid
        """;

    /// <summary>
    /// Returns the function's definition. A role that may insert logins needs no right on tables to add a partition. It
    /// returns the name of the new partition, or NULL where the day has one.
    /// </summary>
    /// <remarks>
    /// Only the dates of a calendar have a partition: <c>infinity</c> and years before 1 or after 9998 are errors
    /// (22008). So are dates before 1970 and those more than <see cref="MaxDaysAhead"/> days ahead, unless the session
    /// set <see cref="AnyDate"/>, and more than <see cref="MaxPartitions"/> partitions (54000). Otherwise one producer
    /// with a wrong clock would decide how many there are. A second session that read an older snapshot returns NULL. A
    /// table that was detached keeps its name, so the new partition of its dates gets a number. A call waits at most 2
    /// seconds for the locks: SHARE UPDATE EXCLUSIVE on the parent, which lets reads and writes pass, and ACCESS
    /// EXCLUSIVE on the partition of the undated rows.
    /// </remarks>
    /// <param name="schema">The schema.</param>
    /// <param name="parent">The plain name of the parent.</param>
    public static string CreateFunction(string schema, string parent) =>
        $$"""
        CREATE OR REPLACE FUNCTION {{schema}}.{{AddPartition}}(day date) RETURNS text
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp SET lock_timeout = {{LockLimits.LockTimeout}} SET datestyle = 'ISO, YMD'
        AS $add$
        DECLARE
            parent constant regclass := '{{Literal(schema)}}.{{parent}}';
            undated constant regclass := '{{Literal(schema)}}.{{Undated}}';
            schema constant text := '{{Literal(schema)}}';
            is_daily boolean;
            is_there boolean;
            leaves bigint;
            first date;
            next date;
            plain text;
            name text;
            options text;
            reader text;
        BEGIN
            IF day IS NULL OR NOT pg_catalog.isfinite(day) OR day < '0001-01-01' OR day >= '9999-01-01' THEN
                RAISE EXCEPTION 'no partition of user_logins can hold this create_date'
                    USING ERRCODE = 'datetime_field_overflow',
                        HINT = 'Correct the row: its create_date is NULL, infinite or in no year from 1 to 9998.';
            END IF;

            FOR attempt IN 1..2 LOOP
                SELECT pg_catalog.count(*), bool_or(l.first <= day AND day < l.next),
                    (pg_catalog.array_agg(l.next - l.first = 1 ORDER BY l.next DESC)
                        FILTER (WHERE pg_catalog.isfinite(l.first) AND pg_catalog.isfinite(l.next)))[1]
                INTO leaves, is_there, is_daily
                FROM (
                    SELECT coalesce(b.bounds[1], '-infinity')::date AS first, coalesce(b.bounds[2], 'infinity')::date
                        AS next
                    FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
                        CROSS JOIN LATERAL pg_catalog.regexp_match(
                            pg_catalog.pg_get_expr(c.relpartbound, c.oid),
                            '^FOR VALUES FROM \((?:MINVALUE|''([^'']+)'')\) TO \((?:MAXVALUE|''([^'']+)'')\)$')
                            AS b (bounds)
                    WHERE i.inhparent = parent AND b.bounds IS NOT NULL) AS l;
                IF is_there THEN
                    RETURN NULL;
                END IF;
                IF attempt = 1 THEN
                    IF (day < '1970-01-01' OR day > current_date + {{MaxDaysAhead}})
                        AND coalesce(pg_catalog.current_setting('fetch_etl.any_date', true), '') <> 'on' THEN
                        RAISE EXCEPTION 'a create_date before 1970 or more than {{MaxDaysAhead}} days ahead gets no '
                            'partition of user_logins' USING ERRCODE = 'datetime_field_overflow',
                            HINT = 'Correct the clock that gives messages their sent time.';
                    END IF;
                    IF leaves >= {{MaxPartitions}} THEN
                        RAISE EXCEPTION 'user_logins has {{MaxPartitions}} partitions, which are the most'
                            USING ERRCODE = 'program_limit_exceeded', HINT = 'Drop old ones by fetch-etl partitions '
                                '--keep, and see whether the sent times of messages are right.';
                    END IF;
                    PERFORM pg_catalog.pg_advisory_xact_lock(
                        pg_catalog.hashtextextended('FetchEtl.Partitions', parent::oid::bigint));
                END IF;
            END LOOP;

            IF is_daily THEN
                first := day;
                next := day + 1;
                plain := 'user_logins_p' || pg_catalog.to_char(first, 'YYYY_MM_DD');
            ELSE
                first := pg_catalog.date_trunc('month', day::timestamp)::date;
                next := (first + '1 month'::interval)::date;
                plain := 'user_logins_p' || pg_catalog.to_char(first, 'YYYY_MM');
            END IF;
            name := plain;
            FOR number IN 2..1000 LOOP
                EXIT WHEN pg_catalog.to_regclass(schema || '.' || name) IS NULL;
                name := plain || '_' || number;
            END LOOP;

            -- Partitions have the storage parameters and the tablespace of the partition of undated rows.
            SELECT coalesce((
                SELECT ' WITH (' || pg_catalog.string_agg(pg_catalog.format('%s=%L', pg_catalog.split_part(o, '=', 1),
                    pg_catalog.substr(o, pg_catalog.strpos(o, '=') + 1)), ', ') || ')'
                FROM pg_catalog.unnest(c.reloptions) AS o), '')
                || coalesce((SELECT pg_catalog.format(' TABLESPACE %I', t.spcname) FROM pg_catalog.pg_tablespace AS t
                    WHERE t.oid = c.reltablespace), '')
            INTO options FROM pg_catalog.pg_class AS c WHERE c.oid = undated;
            BEGIN
                EXECUTE pg_catalog.format('CREATE TABLE %s.%I (LIKE %s INCLUDING ALL EXCLUDING INDEXES EXCLUDING '
                    'IDENTITY EXCLUDING STATISTICS)%s', schema, name, parent, options);

                -- Rights on a partition would pass by the rights and the row security of user_logins.
                FOR reader IN
                    SELECT DISTINCT coalesce(pg_catalog.quote_ident(r.rolname), 'PUBLIC')
                    FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
                        LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
                    WHERE c.oid = pg_catalog.to_regclass(schema || '.' || name)::oid AND a.grantee <> c.relowner
                LOOP
                    EXECUTE pg_catalog.format('REVOKE ALL ON %s.%I FROM %s', schema, name, reader);
                END LOOP;
                EXECUTE pg_catalog.format('ALTER TABLE %s ATTACH PARTITION %s.%I FOR VALUES FROM (%L) TO (%L)',
                    parent, schema, name, first, next);
            EXCEPTION WHEN invalid_object_definition THEN
                -- Another session has committed this partition since the snapshot of a REPEATABLE READ transaction.
                RETURN NULL;
            END;
            RETURN name;
        END $add$;
        REVOKE ALL ON FUNCTION {{schema}}.{{AddPartition}}(date) FROM PUBLIC;
        """;

    /// <summary>A text inside the quotes of a literal.</summary>
    private static string Literal(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
