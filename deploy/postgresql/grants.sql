-- Grants what each role needs on the tables, and takes back what it has beside. Run it with psql after every
-- "fetch-etl migrate", as the owner of the tables or as a superuser. docs/operations.md lists the same rights under
-- Permissions.
\set ON_ERROR_STOP on
BEGIN;

REVOKE ALL ON user_logins, user_logins_readable, masking_generations, pii_vault, erased_messages, audit_log
    FROM PUBLIC, fetch_etl, fetch_etl_operator, fetch_etl_privacy, login_analyst;

-- The service inserts. ON CONFLICT needs to read the columns of the unique index, create_date in a partitioned table
-- alone, and nothing else is read.
GRANT INSERT, SELECT (message_id, create_date) ON user_logins TO fetch_etl;
-- migrate and "keys register" write the generations, so that the service cannot: docs/security.md.
GRANT SELECT ON masking_generations TO fetch_etl;
-- What was erased is not written again.
GRANT SELECT ON erased_messages TO fetch_etl;
-- In a partitioned table, the service adds the partition that a row needs: docs/partitions.md.
SELECT 'GRANT EXECUTE ON FUNCTION user_logins_add_partition(date) TO fetch_etl'
WHERE pg_catalog.to_regprocedure('user_logins_add_partition(date)') IS NOT NULL \gexec
-- With Masking:Vault:PublicKeyFile only: remove the two dashes.
-- GRANT SELECT, INSERT ON pii_vault TO fetch_etl;

GRANT SELECT, UPDATE ON user_logins TO fetch_etl_operator;
GRANT SELECT ON user_logins_readable TO fetch_etl_operator;
GRANT SELECT, INSERT, UPDATE ON masking_generations TO fetch_etl_operator;
GRANT SELECT, INSERT, UPDATE, DELETE ON pii_vault TO fetch_etl_operator;
-- "rekey --message-ids" moves the ids of erased messages too.
GRANT SELECT, UPDATE ON erased_messages TO fetch_etl_operator;

-- No role changes or removes an entry of the audit log; docs/subject-rights.md.
GRANT SELECT, INSERT ON audit_log TO fetch_etl_operator, fetch_etl_privacy;
GRANT SELECT, UPDATE, DELETE ON user_logins TO fetch_etl_privacy;
GRANT SELECT, INSERT ON erased_messages TO fetch_etl_privacy;
GRANT SELECT ON masking_generations TO fetch_etl_privacy;
GRANT SELECT, DELETE ON pii_vault TO fetch_etl_privacy;

-- The table that "migrate --partition-by" keeps and detached partitions hold rows of persons too. Run this script again
-- after either: docs/subject-rights.md.
SELECT pg_catalog.format('GRANT SELECT, UPDATE, DELETE ON %s TO fetch_etl_privacy', c.oid::regclass)
FROM pg_catalog.pg_class p
    JOIN pg_catalog.pg_class c ON c.relnamespace = p.relnamespace AND c.relowner = p.relowner
WHERE p.oid = pg_catalog.to_regclass('user_logins')::oid AND p.relkind = 'p' AND c.relkind = 'r'
    AND NOT c.relispartition
    AND c.relname::text ~ '^user_logins_(unpartitioned|undated|p[0-9]+_[0-9_]+)$' \gexec

-- So that doctor can check whether a migration is missing.
GRANT SELECT ON "__EFMigrationsHistory" TO fetch_etl, fetch_etl_operator;

-- user_id is masked in a new table, and as received in one of an older version. Leave it out where analysts need not
-- see it.
-- mask_generation distinguishes equal look-alike masks of two generations.
GRANT SELECT (user_id, device_type, masked_ip, masked_device_id, locale, app_version, create_date, mask_generation)
    ON user_logins TO login_analyst;
GRANT SELECT (user_id, device_type, masked_ip, masked_device_id, locale, app_version, create_date)
    ON user_logins_readable TO login_analyst;

COMMIT;
