namespace FetchEtl.Migrations;

/// <summary>
/// Rejects a <c>user_logins</c> that cannot hold logins, before anything changes. Each error names the column, and its
/// hint the remedy. Without the check, every valid login would end in the dead-letter queue.
/// </summary>
internal static class AdoptionCheck
{
    public const string Sql =
        """
        DO $check$
        DECLARE
            logins oid := pg_catalog.to_regclass(
                pg_catalog.format('%I.user_logins', pg_catalog.current_schema()::text))::oid;
            needed record;
            present record;
            excess text;
        BEGIN
            -- The unique index of a partitioned table would have to include the partition key.
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = logins AND relkind = 'r') THEN
                RAISE EXCEPTION 'user_logins in schema % is not a plain table', pg_catalog.current_schema()
                    USING HINT = 'Rename what has that name, or put another schema first in the search_path.';
            END IF;

            FOR needed IN SELECT * FROM (VALUES
                ('user_id', 'varchar', 128, false),
                ('device_type', 'varchar', 32, true),
                ('masked_ip', 'varchar', 256, true),
                ('masked_device_id', 'varchar', 256, true),
                ('locale', 'varchar', 32, true),
                ('app_version', 'int4', NULL, false),
                ('create_date', 'date', NULL, false)) AS columns (name, type, length, optional)
            LOOP
                SELECT t.typname::text AS type, a.atttypmod - 4 AS length, a.attnotnull AS required INTO present
                FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                WHERE a.attrelid = logins AND a.attname::text = needed.name AND NOT a.attisdropped;

                IF NOT FOUND THEN
                    RAISE EXCEPTION 'user_logins has no column %', needed.name
                        USING HINT = 'Add the column, or rename the table so that migrate creates a new one.';
                END IF;
                IF NOT (present.type = needed.type
                            AND (needed.length IS NULL OR present.length < 0 OR present.length >= needed.length)
                        OR needed.type = 'varchar' AND present.type = 'text') THEN
                    RAISE EXCEPTION 'user_logins.% has a type that logins do not fit: %', needed.name, present.type
                        USING HINT = pg_catalog.format(
                            'Change the type: ALTER TABLE user_logins ALTER COLUMN %I TYPE %s.', needed.name,
                            needed.type || coalesce('(' || needed.length::text || ')', ''));
                END IF;
                IF needed.optional AND present.required THEN
                    RAISE EXCEPTION 'user_logins.% is NOT NULL, but logins may lack it', needed.name
                        USING HINT = pg_catalog.format(
                            'Allow NULL: ALTER TABLE user_logins ALTER COLUMN %I DROP NOT NULL.', needed.name);
                END IF;
            END LOOP;

            SELECT a.attname::text INTO excess
            FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = logins AND a.attnum > 0 AND NOT a.attisdropped
                AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
                AND a.attname::text NOT IN ('user_id', 'app_version', 'create_date', 'message_id');
            IF FOUND THEN
                RAISE EXCEPTION 'user_logins.% is NOT NULL without a default, but logins do not have it', excess
                    USING HINT = pg_catalog.format(
                        'Set a default, or allow NULL: ALTER TABLE user_logins ALTER COLUMN %I DROP NOT NULL.', excess);
            END IF;

            PERFORM FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = logins AND a.attname::text = 'message_id' AND NOT a.attisdropped
                AND a.atttypid <> 'pg_catalog.uuid'::regtype::oid;
            IF FOUND THEN
                RAISE EXCEPTION 'user_logins.message_id is not of type uuid'
                    USING HINT = 'Rename that column: FetchEtl stores the identity of messages under this name.';
            END IF;

            PERFORM FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
            WHERE c.relnamespace = (SELECT relnamespace FROM pg_catalog.pg_class WHERE oid = logins)
                AND c.relname::text = 'ix_user_logins_message_id'
                AND NOT coalesce(
                    i.indrelid = logins AND i.indisunique AND i.indpred IS NULL AND i.indnkeyatts = 1
                        AND i.indkey[0] = (SELECT attnum FROM pg_catalog.pg_attribute
                                           WHERE attrelid = logins AND attname::text = 'message_id'
                                               AND NOT attisdropped),
                    false);
            IF FOUND THEN
                RAISE EXCEPTION 'ix_user_logins_message_id is not a unique index on user_logins (message_id)'
                    USING HINT = 'Rename or drop what has that name.';
            END IF;
        END $check$;
        """;
}
