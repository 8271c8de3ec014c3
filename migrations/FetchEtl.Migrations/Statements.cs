using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>Runs statements on an open connection without a time limit: work on a large table takes long.</summary>
internal static class Statements
{
    public static async Task ExecuteAsync(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>The first value; default where there is no row or it is NULL.</returns>
    public static async Task<T?> ReadAsync<T>(
        this NpgsqlConnection connection,
        string sql,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        return await command.ExecuteScalarAsync(cancellationToken) is T value ? value : default;
    }
}
