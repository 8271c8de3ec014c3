using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Looks for settings and tables under which PostgreSQL can lose rows that it has reported as committed. It changes
/// nothing, and needs no right of its own.
/// </summary>
public static class DurabilityCheck
{
    /// <summary>Reads the settings of the session, and how the tables are stored, partitions included.</summary>
    /// <param name="database">The database, in a session such as the writer's.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    /// <returns>The findings; empty where commits are durable.</returns>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public static async Task<IReadOnlyList<DurabilityFinding>> FindAsync(
        LoginDatabase database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        var settings = await database.QueryAsync(
            """
            SELECT pg_catalog.current_setting('fsync'), pg_catalog.current_setting('full_page_writes'),
                pg_catalog.current_setting('synchronous_commit'),
                pg_catalog.current_setting('synchronous_standby_names') <> ''
            """,
            static row => new Settings(row.GetString(0), row.GetString(1), row.GetString(2), row.GetBoolean(3)),
            cancellationToken);
        var unlogged = await database.QueryAsync(
            """
            WITH RECURSIVE tables (oid) AS (
                SELECT r.oid FROM (VALUES
                    (pg_catalog.to_regclass(@logins)::oid),
                    (pg_catalog.to_regclass(@vault)::oid)) AS r (oid)
                UNION
                SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN tables AS t ON t.oid = i.inhparent)
            SELECT c.oid::regclass::text
            FROM tables AS t JOIN pg_catalog.pg_class AS c ON c.oid = t.oid
            WHERE c.relpersistence = 'u'
            """,
            static row => row.GetString(0),
            cancellationToken,
            new NpgsqlParameter<string>("logins", database.Tables.UserLogins),
            new NpgsqlParameter<string>("vault", database.Tables.PiiVault));
        return [.. Describe(settings[0]), .. unlogged.Order(StringComparer.Ordinal).Select(Unlogged)];
    }

    private static IEnumerable<DurabilityFinding> Describe(Settings settings)
    {
        if (settings.Fsync == "off")
        {
            yield return new(
                "fsync",
                "fsync is off: a crash of the server's machine can lose committed rows and corrupt the database",
                "set fsync = on in postgresql.conf, unless the data can be thrown away");
        }

        if (settings.FullPageWrites == "off")
        {
            yield return new(
                "full_page_writes",
                "full_page_writes is off: a crash of the server's machine can corrupt pages that hold committed rows",
                "set full_page_writes = on in postgresql.conf, unless the file system writes pages whole");
        }

        switch (settings.SynchronousCommit)
        {
            case "off":
                yield return new(
                    "synchronous_commit",
                    "synchronous_commit is off for this role or database: a crash can lose the last commits. The " +
                    "writer sets it on for its own transactions",
                    "ALTER ROLE … RESET synchronous_commit, or ALTER DATABASE …, if other programs write here too");
                break;
            case "local" when settings.HasStandbys:
                yield return new(
                    "synchronous_commit",
                    "synchronous_commit is local although synchronous_standby_names is set: a failover can lose " +
                    "committed rows",
                    "set synchronous_commit = on for this role or database");
                break;
            case "remote_write" when settings.HasStandbys:
                yield return new(
                    "synchronous_commit",
                    "synchronous_commit is remote_write: a failover to a standby whose machine crashed too can lose " +
                    "committed rows",
                    "set synchronous_commit = on for this role or database");
                break;
        }
    }

    private static DurabilityFinding Unlogged(string table) => new(
        table,
        $"{table} is unlogged: PostgreSQL empties it after a crash, and a standby has none of its rows",
        $"ALTER TABLE {table} SET LOGGED");

    private sealed record Settings(string Fsync, string FullPageWrites, string SynchronousCommit, bool HasStandbys);
}
