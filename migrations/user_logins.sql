CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL,
    CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260101000000_UserLogins') THEN
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
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260101000000_UserLogins') THEN
    DO $check$
    DECLARE
        logins regclass := to_regclass(format('%I.user_logins', current_schema()));
        needed record;
        present record;
        stranger text;
    BEGIN
        -- A partitioned table can't have the unique index: it would have to hold the partition key, too.
        IF NOT EXISTS (SELECT FROM pg_class WHERE oid = logins AND relkind = 'r') THEN
            RAISE EXCEPTION 'user_logins in schema % is not a plain table', current_schema()
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
            SELECT t.typname AS type, a.atttypmod - 4 AS length, a.attnotnull AS required INTO present
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = logins AND a.attname = needed.name AND NOT a.attisdropped;

            IF NOT FOUND THEN
                RAISE EXCEPTION 'user_logins has no column %', needed.name
                    USING HINT = 'Add the column, or rename the table so that a new one is made.';
            END IF;
            IF NOT (present.type = needed.type AND (needed.length IS NULL OR present.length < 0 OR present.length >= needed.length)
                    OR needed.type = 'varchar' AND present.type = 'text') THEN
                RAISE EXCEPTION 'user_logins.% has a type that logins do not fit: %', needed.name, present.type
                    USING HINT = format('Change it: ALTER TABLE user_logins ALTER COLUMN %I TYPE %s.', needed.name,
                        needed.type || coalesce('(' || needed.length || ')', ''));
            END IF;
            IF needed.optional AND present.required THEN
                RAISE EXCEPTION 'user_logins.% is NOT NULL, but logins may lack it', needed.name
                    USING HINT = format('Allow it: ALTER TABLE user_logins ALTER COLUMN %I DROP NOT NULL.', needed.name);
            END IF;
        END LOOP;

        SELECT a.attname INTO stranger
        FROM pg_attribute a
        WHERE a.attrelid = logins AND a.attnum > 0 AND NOT a.attisdropped
            AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
            AND a.attname NOT IN ('user_id', 'app_version', 'create_date', 'message_id');
        IF FOUND THEN
            RAISE EXCEPTION 'user_logins.% is NOT NULL without a default, but logins do not have it', stranger
                USING HINT = format('Give it a default, or allow NULL: ALTER TABLE user_logins ALTER COLUMN %I DROP NOT NULL.', stranger);
        END IF;

        PERFORM FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = logins AND a.attname = 'message_id' AND NOT a.attisdropped AND t.typname <> 'uuid';
        IF FOUND THEN
            RAISE EXCEPTION 'user_logins.message_id is not of type uuid'
                USING HINT = 'Rename that column: FetchEtl keeps its messages'' identity under this name.';
        END IF;
    END $check$;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260101000000_UserLogins') THEN
    ALTER TABLE user_logins ADD COLUMN IF NOT EXISTS message_id uuid;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260101000000_UserLogins') THEN
    CREATE UNIQUE INDEX IF NOT EXISTS ix_user_logins_message_id ON user_logins (message_id);
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260101000000_UserLogins') THEN
    CREATE OR REPLACE VIEW user_logins_readable AS
    SELECT user_id, device_type, masked_ip, masked_device_id, locale,
           app_version / 1000000 || '.' || app_version / 1000 % 1000 || '.' || app_version % 1000 AS app_version,
           create_date, message_id
    FROM user_logins;
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260101000000_UserLogins') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20260101000000_UserLogins', '10.0.14');
    END IF;
END $EF$;
COMMIT;

START TRANSACTION;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261121000000_Masking') THEN
    CREATE TABLE masking_generations (
        generation integer PRIMARY KEY,
        key_check varchar(64),
        first_used timestamptz NOT NULL DEFAULT now()
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261121000000_Masking') THEN
    INSERT INTO masking_generations (generation)
    SELECT DISTINCT split_part(mask, ':', 1)::integer
    FROM user_logins CROSS JOIN LATERAL (VALUES (masked_ip), (masked_device_id)) AS masks (mask)
    WHERE mask ~ '^[1-9][0-9]{0,3}:[0-9a-f]{64}$';
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261121000000_Masking') THEN
    CREATE TABLE IF NOT EXISTS pii_vault (
        mask varchar(256) NOT NULL,
        field varchar(32) NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (mask, field)
    );
    END IF;
END $EF$;

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261121000000_Masking') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20261121000000_Masking', '10.0.14');
    END IF;
END $EF$;
COMMIT;
