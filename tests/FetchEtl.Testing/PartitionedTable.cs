namespace FetchEtl.Testing;

/// <summary>
/// A <c>user_logins</c> that is partitioned by month, with the months 9 to 11 of 2026 and one for rows without a date.
/// </summary>
public static class PartitionedTable
{
    /// <summary>Partitions the empty table of a migrated database.</summary>
    public const string Sql =
        """
        DROP VIEW user_logins_readable;
        ALTER TABLE user_logins RENAME TO plain_logins;
        DROP INDEX ix_user_logins_message_id;
        CREATE TABLE user_logins (LIKE plain_logins INCLUDING DEFAULTS) PARTITION BY RANGE (create_date);
        DROP TABLE plain_logins;
        CREATE UNIQUE INDEX ix_user_logins_message_id ON user_logins (message_id, create_date);
        CREATE TABLE user_logins_undated PARTITION OF user_logins (CHECK (create_date IS NULL)) DEFAULT;
        CREATE OR REPLACE FUNCTION user_logins_add_partition(day date) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            first date := pg_catalog.date_trunc('month', day::timestamp)::date;
            name text := pg_catalog.concat('user_logins_p', pg_catalog.to_char(first::timestamp, 'YYYY_MM'));
        BEGIN
            IF pg_catalog.to_regclass(name) IS NULL THEN
                EXECUTE pg_catalog.format('CREATE TABLE %I PARTITION OF user_logins FOR VALUES FROM (%L) TO (%L)',
                    name, first, (first + interval '1 month')::date);
            END IF;
        END $$;
        SELECT user_logins_add_partition('2026-09-01'), user_logins_add_partition('2026-10-01'),
            user_logins_add_partition('2026-11-01')
        """;
}
