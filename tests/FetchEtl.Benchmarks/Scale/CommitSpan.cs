using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The speed of a run by PostgreSQL's commit timestamps, which are one clock for any number of workers.
/// </summary>
/// <param name="PerSecond">Rows a second, from the first commit to the last.</param>
/// <param name="PerSecondOfSecondHalf">
/// Rows a second of the second half of the rows, when the workers' code is compiled and the table is largest.
/// </param>
internal sealed record CommitSpan(double PerSecond, double PerSecondOfSecondHalf)
{
    private const string Sql =
        """
        SELECT count(*),
            extract(epoch FROM max(at) - min(at)),
            extract(epoch FROM max(at) - percentile_disc(0.5) WITHIN GROUP (ORDER BY at))
        FROM (SELECT pg_xact_commit_timestamp(xmin) AS at FROM user_logins) AS rows
        WHERE at > $1
        """;

    /// <summary>Returns the time of the server, for the start of a run.</summary>
    public static async Task<DateTime> NowAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT clock_timestamp()");
        return (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Computes the speed of the rows that were committed after a time of the server.</summary>
    /// <exception cref="MeasurementException">The number of rows is not the expected one.</exception>
    public static async Task<CommitSpan> SinceAsync(
        NpgsqlDataSource database, DateTime since, long expected, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.CommandTimeout = 0;
        command.Parameters.AddWithValue(since);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var rows = reader.GetInt64(0);
        return rows == expected
            ? new CommitSpan(rows / (double)reader.GetDecimal(1), rows / 2 / (double)reader.GetDecimal(2))
            : throw new MeasurementException($"{rows} rows were committed instead of {expected}.");
    }

    /// <summary>Returns how many rows were committed between two times of the server.</summary>
    public static async Task<long> CountAsync(
        NpgsqlDataSource database, DateTime from, DateTime to, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT count(*) FROM user_logins WHERE pg_xact_commit_timestamp(xmin) BETWEEN $1 AND $2");
        command.CommandTimeout = 0;
        command.Parameters.AddWithValue(from);
        command.Parameters.AddWithValue(to);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
