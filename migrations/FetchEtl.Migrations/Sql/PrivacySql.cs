namespace FetchEtl.Migrations;

/// <summary>The statements of the migration <see cref="Privacy"/> that EF Core has no operation for.</summary>
internal static class PrivacySql
{
    /// <summary>Does not rewrite the table: the column is nullable and has no default.</summary>
    public const string AddMaskGeneration =
        "ALTER TABLE user_logins ADD COLUMN IF NOT EXISTS mask_generation smallint;";

    /// <summary>
    /// Keeps the date of a sealed value and forgets the time, by which its first login could be found. PostgreSQL
    /// rewrites the table, so the times are gone from it.
    /// </summary>
    public const string ForgetTimes =
        """
        DO $dates$
        BEGIN
            IF EXISTS (SELECT FROM pg_catalog.pg_attribute
                       WHERE attrelid = 'pii_vault'::regclass::oid AND attname::text = 'created_at'
                           AND atttypid <> 'pg_catalog.date'::regtype::oid) THEN
                ALTER TABLE pii_vault
                    ALTER COLUMN created_at DROP DEFAULT,
                    ALTER COLUMN created_at TYPE date USING (created_at AT TIME ZONE 'UTC')::date,
                    ALTER COLUMN created_at SET DEFAULT (now() AT TIME ZONE 'UTC')::date;
            END IF;
        END $dates$;
        """;

    public const string AddVaultKey =
        """
        ALTER TABLE pii_vault
            ADD COLUMN IF NOT EXISTS generation integer,
            ADD COLUMN IF NOT EXISTS key_id varchar(64);
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
    /// Who revealed, found, exported or erased personal values, as a chain of hashes. The trigger stops everybody who
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

    /// <summary>The tables made for groups of readers.</summary>
    public const string CreateReaderDomains =
        """
        CREATE TABLE IF NOT EXISTS reader_domains (
            name varchar(32) NOT NULL,
            definition text NOT NULL,
            refreshed_at timestamptz,
            CONSTRAINT reader_domains_pkey PRIMARY KEY (name)
        );
        """;
}
