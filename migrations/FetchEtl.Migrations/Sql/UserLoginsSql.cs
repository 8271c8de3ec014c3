namespace FetchEtl.Migrations;

/// <summary>
/// The statements of the migration <see cref="UserLogins"/>, apart from its check. The tables are in the first schema
/// of the <c>search_path</c>.
/// </summary>
internal static class UserLoginsSql
{
    public const string CreateTable =
        """
        CREATE TABLE IF NOT EXISTS user_logins (
            user_id varchar(128),
            device_type varchar(32),
            masked_ip varchar(256),
            masked_device_id varchar(256),
            locale varchar(32),
            app_version integer,
            create_date date
        );
        """;

    /// <summary>
    /// Adds the column and its unique index to a table without rows. Where <see cref="TableAdoption"/> has built the
    /// index, the block takes no lock. It rejects other tables, because building their index here would block writers.
    /// </summary>
    public const string AddMessageId =
        """
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
        """;

    public const string CreateView =
        """
        CREATE OR REPLACE VIEW user_logins_readable AS
        SELECT user_id, device_type, masked_ip, masked_device_id, locale,
               (app_version / 1000000)::text || '.' || (app_version / 1000 % 1000)::text || '.'
                   || (app_version % 1000)::text AS app_version,
               create_date, message_id
        FROM user_logins;
        """;

    public const string RemoveAdditions =
        """
        DROP VIEW IF EXISTS user_logins_readable;
        DROP INDEX IF EXISTS ix_user_logins_message_id;
        ALTER TABLE user_logins DROP COLUMN IF EXISTS message_id;
        """;
}
