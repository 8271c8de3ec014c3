CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL,
    CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20260101000000_UserLogins') THEN
    CREATE TABLE IF NOT EXISTS user_logins (
        user_id varchar(128),
        device_type varchar(32),
        masked_ip varchar(256),
        masked_device_id varchar(256),
        locale varchar(32),
        app_version integer,
        create_date date
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20260101000000_UserLogins') THEN
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
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20260101000000_UserLogins') THEN
    DO $identity$
    DECLARE
        index_valid boolean := (
            SELECT i.indisvalid FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = 'user_logins'::regclass::oid
                AND c.relname::text = 'ix_user_logins_message_id');
    BEGIN
        IF index_valid THEN
            RETURN;
        END IF;
        IF index_valid IS NOT NULL THEN
            RAISE EXCEPTION 'the index ix_user_logins_message_id is INVALID: its build was interrupted'
                USING HINT = 'Run fetch-etl migrate: it drops the index and builds it again.';
        END IF;
        IF EXISTS (SELECT FROM user_logins) THEN
            RAISE EXCEPTION 'user_logins has rows, and building its index here would block writers'
                USING HINT = 'Run fetch-etl migrate, which builds it concurrently, or run first: '
                    'ALTER TABLE user_logins ADD COLUMN IF NOT EXISTS message_id uuid; '
                    'CREATE UNIQUE INDEX CONCURRENTLY ix_user_logins_message_id ON user_logins (message_id);';
        END IF;
        ALTER TABLE user_logins ADD COLUMN IF NOT EXISTS message_id uuid;
        CREATE UNIQUE INDEX ix_user_logins_message_id ON user_logins (message_id);
    END $identity$;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20260101000000_UserLogins') THEN
    CREATE OR REPLACE VIEW user_logins_readable AS
    SELECT user_id, device_type, masked_ip, masked_device_id, locale,
           (app_version / 1000000)::text || '.' || (app_version / 1000 % 1000)::text || '.'
               || (app_version % 1000)::text AS app_version,
           create_date, message_id
    FROM user_logins;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20260101000000_UserLogins') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20260101000000_UserLogins', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261121000000_Masking') THEN
    CREATE TABLE masking_generations (
        generation integer NOT NULL,
        key_check character varying(64),
        first_used timestamp with time zone NOT NULL DEFAULT (now()),
        CONSTRAINT masking_generations_pkey PRIMARY KEY (generation)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261121000000_Masking') THEN
    INSERT INTO masking_generations (generation)
    SELECT DISTINCT pg_catalog.split_part(mask, ':', 1)::integer
    FROM user_logins CROSS JOIN LATERAL (VALUES (masked_ip::text), (masked_device_id::text)) AS masks (mask)
    WHERE mask COLLATE "C" ~ '^[1-9][0-9]{0,3}:[0-9a-f]+$'
        AND pg_catalog.length(mask) - pg_catalog.strpos(mask, ':') = 64;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261121000000_Masking') THEN
    CREATE TABLE IF NOT EXISTS pii_vault (
        mask varchar(256) NOT NULL,
        field varchar(32) NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pii_vault_pkey PRIMARY KEY (mask, field)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261121000000_Masking') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261121000000_Masking', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261127000000_GenerationMacs') THEN
    ALTER TABLE masking_generations ADD mac character varying(64);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261127000000_GenerationMacs') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261127000000_GenerationMacs', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261128000000_VaultEntries') THEN
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
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261128000000_VaultEntries') THEN
    ALTER TABLE pii_vault
        ADD COLUMN IF NOT EXISTS generation integer,
        ADD COLUMN IF NOT EXISTS key_id varchar(64),
        ADD COLUMN IF NOT EXISTS signature bytea;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261128000000_VaultEntries') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261128000000_VaultEntries', '10.0.15');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261129000000_Privacy') THEN
    ALTER TABLE masking_generations ADD settings text;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261129000000_Privacy') THEN
    DO $generation$
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_attribute
                       WHERE attrelid = 'user_logins'::regclass::oid AND attname::text = 'mask_generation'
                           AND NOT attisdropped) THEN
            ALTER TABLE user_logins ADD COLUMN mask_generation smallint;
        END IF;
    END $generation$;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261129000000_Privacy') THEN
    CREATE TABLE IF NOT EXISTS erased_messages (
        message_id uuid NOT NULL,
        erased_on date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
        CONSTRAINT erased_messages_pkey PRIMARY KEY (message_id)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261129000000_Privacy') THEN
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
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261129000000_Privacy') THEN
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
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261129000000_Privacy') THEN
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
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId"::text = '20261129000000_Privacy') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261129000000_Privacy', '10.0.15');
    END IF;
END $EF$;
COMMIT;


