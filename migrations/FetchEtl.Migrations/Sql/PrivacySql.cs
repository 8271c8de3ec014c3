namespace FetchEtl.Migrations;

/// <summary>The statements of the migration <see cref="Privacy"/> that EF Core has no operation for.</summary>
internal static class PrivacySql
{
    /// <summary>
    /// Adds the column to a table that lacks it. <see cref="TableAdoption"/> has added it to an adopted table, which
    /// is not locked again. The table is not rewritten: the column is nullable and has no default.
    /// </summary>
    public const string AddMaskGeneration =
        """
        DO $generation$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_attribute
                           WHERE attrelid = 'user_logins'::regclass::oid AND attname::text = 'mask_generation'
                               AND NOT attisdropped) THEN
                ALTER TABLE user_logins ADD COLUMN mask_generation smallint;
            END IF;
        END $generation$;
        """;

    /// <summary>
    /// The messages whose rows were erased. What is here is not written again, however often it is delivered.
    /// </summary>
    public const string CreateErasedMessages =
        """
        CREATE TABLE IF NOT EXISTS erased_messages (
            message_id uuid NOT NULL,
            erased_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
            CONSTRAINT erased_messages_pkey PRIMARY KEY (message_id)
        );
        """;

    /// <summary>
    /// Lets the roles that insert logins read <c>erased_messages</c>, which their insert reads from now on: without it
    /// a service that runs would write nothing until somebody grants it.
    /// </summary>
    public const string LetWritersReadErasures =
        """
        DO $writers$
        DECLARE
            writer text;
        BEGIN
            FOR writer IN
                SELECT DISTINCT r.rolname::text FROM pg_catalog.pg_class c
                    CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) AS a
                    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
                WHERE c.oid = 'user_logins'::regclass::oid AND a.privilege_type = 'INSERT'
            LOOP
                EXECUTE pg_catalog.format('GRANT SELECT ON erased_messages TO %I', writer);
            END LOOP;
        END $writers$;
        """;

    /// <summary>
    /// Who revealed, found, exported or erased personal values, as a chain of hashes. The trigger stops every role that
    /// does not drop it, also in a session that is set to skip triggers as a replica does.
    /// </summary>
    public const string CreateAuditLog =
        """
        CREATE TABLE IF NOT EXISTS audit_log (
            sequence bigint NOT NULL,
            at timestamptz NOT NULL,
            action varchar(32) NOT NULL,
            database_role text NOT NULL,
            os_user text NOT NULL,
            purpose text NOT NULL,
            fields text NOT NULL,
            count bigint NOT NULL,
            previous_hash varchar(64) NOT NULL,
            hash varchar(64) NOT NULL,
            CONSTRAINT audit_log_pkey PRIMARY KEY (sequence)
        );
        CREATE OR REPLACE FUNCTION audit_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $refuse$
        BEGIN
            RAISE EXCEPTION 'entries of audit_log are neither changed nor removed'
                USING ERRCODE = 'insufficient_privilege';
        END $refuse$;
        DROP TRIGGER IF EXISTS audit_log_append_only ON audit_log;
        CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
            FOR EACH STATEMENT EXECUTE FUNCTION audit_log_append_only();
        ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only;
        """;

    /// <summary>The tables for groups of readers.</summary>
    public const string CreateReaderDomains =
        """
        CREATE TABLE IF NOT EXISTS reader_domains (
            name varchar(32) NOT NULL,
            columns text NOT NULL,
            period varchar(16) NOT NULL,
            min_k integer NOT NULL,
            lag_days integer NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            refreshed_at timestamptz,
            shown_until date,
            generation integer,
            row_count bigint,
            withheld_count bigint,
            CONSTRAINT reader_domains_pkey PRIMARY KEY (name)
        );
        """;
}
