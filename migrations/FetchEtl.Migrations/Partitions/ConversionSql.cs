using FetchEtl.Logins;

namespace FetchEtl.Migrations;

/// <summary>
/// The helpers of a conversion beside <c>user_logins</c>: its progress, the rows that are mirrored, and the triggers.
/// </summary>
/// <remarks>
/// The triggers are created under a lock that no writer holds, so each row is either older than they are, and is
/// copied, or is mirrored by them in the transaction that inserts it. <see cref="Rows"/> holds the position of each
/// mirrored row, and the copy leaves those out. No row moves meanwhile: updates and deletes are refused, and a rewrite
/// of the table (VACUUM FULL, CLUSTER) changes its file, which stops the conversion.
/// </remarks>
internal static class ConversionSql
{
    /// <summary>The partitioned table, until it takes the name of the old one.</summary>
    public const string Target = "user_logins_partitioned";

    /// <summary>The old table after the switch.</summary>
    public const string Kept = "user_logins_unpartitioned";

    /// <summary>The progress: one row.</summary>
    public const string State = "user_logins_conversion";

    /// <summary>The positions of the rows that are mirrored.</summary>
    public const string Rows = "user_logins_conversion_rows";

    /// <summary>
    /// The days of the last partition of the partitioned table @old, 0 where it has none; no row for another table.
    /// </summary>
    public const string LastInterval =
        """
        SELECT coalesce((SELECT b.bounds[2]::date - b.bounds[1]::date
            FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS l ON l.oid = i.inhrelid
                CROSS JOIN LATERAL pg_catalog.regexp_match(pg_catalog.pg_get_expr(l.relpartbound, l.oid),
                    '^FOR VALUES FROM \(''([^'']+)''\) TO \(''([^'']+)''\)$') AS b (bounds)
            WHERE i.inhparent = c.oid AND b.bounds IS NOT NULL
            ORDER BY b.bounds[2]::date DESC LIMIT 1), 0)
        FROM pg_catalog.pg_class AS c WHERE c.oid = pg_catalog.to_regclass(@old)::oid AND c.relkind = 'p'
        """;

    private const string Mirror = "user_logins_conversion_mirror";
    private const string Note = "user_logins_conversion_note";
    private const string Refuse = "user_logins_conversion_refuse";

    /// <summary>The triggers on <c>user_logins</c>.</summary>
    public static IReadOnlyList<string> Triggers { get; } = [Mirror, Note, Refuse, $"{Refuse}_truncate"];

    /// <summary>Returns the statements that create the progress and the functions of the triggers.</summary>
    /// <param name="schema">The schema, quoted for SQL.</param>
    /// <param name="columns">The columns that an insert names, quoted for SQL.</param>
    /// <param name="interval">The interval of the partitions.</param>
    public static string CreateHelpers(string schema, string columns, PartitionInterval interval) =>
        $"""
        CREATE TABLE {schema}.{State} (
            part_interval text NOT NULL, next_block bigint NOT NULL, total_blocks bigint NOT NULL, file oid NOT NULL);
        CREATE TABLE {schema}.{Rows} (id tid PRIMARY KEY);
        REVOKE ALL ON {schema}.{State}, {schema}.{Rows} FROM PUBLIC;
        INSERT INTO {schema}.{State} VALUES ('{interval}'::text, 0, 0, 0);
        CREATE FUNCTION {schema}.{Mirror}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $mirror$
        BEGIN
            INSERT INTO {schema}.{Target} ({columns}) SELECT {columns} FROM added;
            RETURN NULL;
        EXCEPTION WHEN check_violation THEN
            PERFORM {schema}.{PartitionSql.AddPartition}(a.create_date)
            FROM (SELECT DISTINCT create_date FROM added WHERE create_date IS NOT NULL) AS a;
            INSERT INTO {schema}.{Target} ({columns}) SELECT {columns} FROM added;
            RETURN NULL;
        END $mirror$;
        CREATE FUNCTION {schema}.{Note}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp AS $note$
        BEGIN
            INSERT INTO {schema}.{Rows} VALUES (NEW.ctid);
            RETURN NULL;
        END $note$;
        CREATE FUNCTION {schema}.{Refuse}() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, pg_temp AS $refuse$
        BEGIN
            RAISE EXCEPTION 'user_logins is being partitioned: its rows are neither changed nor deleted meanwhile'
                USING ERRCODE = 'object_in_use', CONSTRAINT = '{State}',
                    HINT = 'Finish it by fetch-etl migrate --partition-by {Name(interval)}, or give it up by '
                        'fetch-etl migrate --partition-by none.';
        END $refuse$;
        REVOKE ALL ON FUNCTION {schema}.{Mirror}(), {schema}.{Note}(), {schema}.{Refuse}() FROM PUBLIC;
        """;

    /// <summary>
    /// Returns the statements that begin the mirroring. The lock is free once all transactions that insert have ended.
    /// The triggers fire in every session, also in one that applies changes as a replica.
    /// </summary>
    /// <param name="schema">The schema, quoted for SQL.</param>
    public static string BeginMirroring(string schema) =>
        $"""
        LOCK TABLE {schema}.user_logins IN SHARE ROW EXCLUSIVE MODE;
        CREATE TRIGGER {Mirror} AFTER INSERT ON {schema}.user_logins REFERENCING NEW TABLE AS added
            FOR EACH STATEMENT EXECUTE FUNCTION {schema}.{Mirror}();
        CREATE TRIGGER {Note} AFTER INSERT ON {schema}.user_logins
            FOR EACH ROW EXECUTE FUNCTION {schema}.{Note}();
        CREATE TRIGGER {Refuse} BEFORE UPDATE OR DELETE ON {schema}.user_logins
            FOR EACH ROW EXECUTE FUNCTION {schema}.{Refuse}();
        CREATE TRIGGER {Refuse}_truncate BEFORE TRUNCATE ON {schema}.user_logins
            FOR EACH STATEMENT EXECUTE FUNCTION {schema}.{Refuse}();
        {string.Join('\n', Triggers.Select(name =>
            $"ALTER TABLE {schema}.user_logins ENABLE ALWAYS TRIGGER {name};"))}
        UPDATE {schema}.{State} SET file = pg_catalog.pg_relation_filenode('{Literal(schema)}.user_logins'::regclass),
            total_blocks = pg_catalog.pg_relation_size('{Literal(schema)}.user_logins'::regclass)
                / pg_catalog.current_setting('block_size')::bigint;
        """;

    /// <summary>The functions, as ALTER FUNCTION names them.</summary>
    /// <param name="schema">The schema, quoted for SQL.</param>
    public static IEnumerable<string> Functions(string schema) =>
        [$"{schema}.{PartitionSql.AddPartition}(date)", .. Helpers(schema)];

    /// <summary>
    /// Returns the statements that give the copy the name of the table, and end the mirroring. The old indexes give up
    /// their names.
    /// </summary>
    /// <param name="schema">The schema, quoted for SQL.</param>
    public static string ChangePlaces(string schema) =>
        $"""
        {DropTriggers(schema, "user_logins")}
        {DropProgress(schema)}
        ALTER TABLE {schema}.user_logins RENAME TO {Kept};
        ALTER INDEX {schema}.ix_user_logins_message_id RENAME TO ix_{Kept}_message_id;
        ALTER TABLE {schema}.{Target} RENAME TO user_logins;
        ALTER INDEX {schema}.ix_{Target}_message_id RENAME TO ix_user_logins_message_id;
        {PartitionSql.CreateFunction(schema, "user_logins")}
        """;

    /// <summary>Returns the statements that drop the triggers and their functions, where they are there.</summary>
    /// <param name="schema">The schema, quoted for SQL.</param>
    /// <param name="table">The plain name of the table that has the triggers.</param>
    public static string DropTriggers(string schema, string table) =>
        $"""
        {string.Join('\n', Triggers.Select(name => $"DROP TRIGGER IF EXISTS {name} ON {schema}.{table};"))}
        DROP FUNCTION IF EXISTS {string.Join(", ", Helpers(schema))};
        """;

    /// <summary>Returns the statement that drops the progress and the positions.</summary>
    /// <param name="schema">The schema, quoted for SQL.</param>
    public static string DropProgress(string schema) => $"DROP TABLE {schema}.{State}, {schema}.{Rows};";

    /// <summary>Returns the statement that copies a range of blocks, from <c>@from</c> up to <c>@to</c>.</summary>
    /// <param name="schema">The schema, quoted for SQL.</param>
    /// <param name="columns">The columns, quoted for SQL.</param>
    public static string Copy(string schema, string columns) =>
        $"""
        INSERT INTO {schema}.{Target} ({columns})
        SELECT {columns} FROM ONLY {schema}.user_logins AS fetch_etl_old
        WHERE fetch_etl_old.ctid >= @from AND fetch_etl_old.ctid < @to AND NOT EXISTS (
            SELECT FROM {schema}.{Rows} AS mirrored
            WHERE mirrored.id = fetch_etl_old.ctid AND mirrored.id >= @from AND mirrored.id < @to)
        """;

    /// <summary>Returns the statement that creates the partitions for the dates of a range.</summary>
    /// <param name="schema">The schema, quoted for SQL.</param>
    public static string AddPartitions(string schema) =>
        $"""
        SELECT pg_catalog.count({schema}.{PartitionSql.AddPartition}(d.create_date)) FROM (
            SELECT DISTINCT create_date FROM ONLY {schema}.user_logins
            WHERE ctid >= @from AND ctid < @to AND create_date IS NOT NULL) AS d
            CROSS JOIN {PartitionSql.AnyDate} AS any_date
        """;

    /// <summary>The interval as the command line writes it.</summary>
    public static string Name(PartitionInterval interval) =>
        interval == PartitionInterval.Month ? "month" : "day";

    private static string[] Helpers(string schema) =>
        [$"{schema}.{Mirror}()", $"{schema}.{Note}()", $"{schema}.{Refuse}()"];

    /// <summary>A text inside the quotes of a literal.</summary>
    public static string Literal(string text) => text.Replace("'", "''", StringComparison.Ordinal);
}
