using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>What PostgreSQL has written.</summary>
internal static class WrittenBytes
{
    /// <summary>The bytes of write-ahead log since the server was created.</summary>
    public static Task<double> OfLogAsync(NpgsqlDataSource database, CancellationToken cancellationToken) => ReadAsync(
        database,
        "SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')::float8",
        cancellationToken);

    /// <summary>The bytes of the logins' table and its indexes.</summary>
    public static Task<double> OfTableAsync(NpgsqlDataSource database, CancellationToken cancellationToken) =>
        ReadAsync(
            database,
            """
            SELECT (pg_catalog.pg_relation_size('user_logins') + pg_catalog.pg_indexes_size('user_logins'))::float8
            """,
            cancellationToken);

    private static async Task<double> ReadAsync(
        NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        return (double)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
