-- Creates FetchEtl's five roles. Run it with psql in the database of the logins, as its owner with CREATEROLE or as a
-- superuser, before "fetch-etl migrate"; run grants.sql after it. Both can be repeated.
--
--   psql -d logins -f roles.sql
--   (fetch-etl migrate, as fetch_etl_owner)
--   psql -d logins -f grants.sql
--
--   fetch_etl_owner     owns the tables: migrate
--   fetch_etl           the service: run, drain
--   fetch_etl_operator  rekey, adopt, keys register, erase, doctor
--   fetch_etl_privacy   subject, reveal, erase, audit
--   login_analyst       reads logins, and nothing else
--
-- Passwords come from the environment, so that none stands here: FETCH_ETL_OWNER_PASSWORD, FETCH_ETL_PASSWORD,
-- FETCH_ETL_OPERATOR_PASSWORD, FETCH_ETL_PRIVACY_PASSWORD, LOGIN_ANALYST_PASSWORD. Without one the role keeps what it
-- has; certificates, IAM or LDAP need none.
\set ON_ERROR_STOP on

DO $roles$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['fetch_etl_owner', 'fetch_etl', 'fetch_etl_operator', 'fetch_etl_privacy',
        'login_analyst'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname::text = role) THEN
            EXECUTE pg_catalog.format('CREATE ROLE %I LOGIN', role);
        END IF;
    END LOOP;
END $roles$;

\getenv password FETCH_ETL_OWNER_PASSWORD
\if :{?password}
ALTER ROLE fetch_etl_owner PASSWORD :'password';
\unset password
\endif
\getenv password FETCH_ETL_PASSWORD
\if :{?password}
ALTER ROLE fetch_etl PASSWORD :'password';
\unset password
\endif
\getenv password FETCH_ETL_OPERATOR_PASSWORD
\if :{?password}
ALTER ROLE fetch_etl_operator PASSWORD :'password';
\unset password
\endif
\getenv password FETCH_ETL_PRIVACY_PASSWORD
\if :{?password}
ALTER ROLE fetch_etl_privacy PASSWORD :'password';
\unset password
\endif
\getenv password LOGIN_ANALYST_PASSWORD
\if :{?password}
ALTER ROLE login_analyst PASSWORD :'password';
\unset password
\endif

-- Only the owner creates objects where FetchEtl's names are looked up, and only these roles connect.
SELECT pg_catalog.current_database() AS database \gset
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database"
    TO fetch_etl_owner, fetch_etl, fetch_etl_operator, fetch_etl_privacy, login_analyst;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO fetch_etl, fetch_etl_operator, fetch_etl_privacy, login_analyst;
GRANT USAGE, CREATE ON SCHEMA public TO fetch_etl_owner;
-- rekey collects masks in a temporary table, and "domain refresh" the rows of a domain.
GRANT TEMPORARY ON DATABASE :"database" TO fetch_etl_operator, fetch_etl_owner;

-- PostgreSQL's log would show a row that a constraint rejects. Only a superuser may set this; docs/privacy.md.
DO $privacy$
BEGIN
    IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER) THEN
        ALTER ROLE fetch_etl SET log_error_verbosity = 'terse';
    ELSE
        RAISE NOTICE 'log_error_verbosity of fetch_etl is left as it is: only a superuser may set it';
    END IF;
END $privacy$;
