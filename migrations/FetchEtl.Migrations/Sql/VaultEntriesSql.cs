namespace FetchEtl.Migrations;

/// <summary>The statements of the migration <see cref="VaultEntries"/> that EF Core has no operation for.</summary>
internal static class VaultEntriesSql
{
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

    /// <summary>Version 2 of the entries. Those of version 1 have NULL in all three columns.</summary>
    public const string AddColumns =
        """
        ALTER TABLE pii_vault
            ADD COLUMN IF NOT EXISTS generation integer,
            ADD COLUMN IF NOT EXISTS key_id varchar(64),
            ADD COLUMN IF NOT EXISTS signature bytea;
        """;
}
