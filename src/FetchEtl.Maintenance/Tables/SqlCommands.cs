using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>Runs statements in a session.</summary>
internal static class SqlCommands
{
    public static NpgsqlParameter Parameter<T>(string name, T value, string? type = null) => type is null
        ? new NpgsqlParameter<T>(name, value)
        : new NpgsqlParameter<T>(name, value) { DataTypeName = type };

    public static async Task<int> ExecuteAsync(
        this LoginDatabase database,
        string sql,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        await using var command = Command(database, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<List<T>> QueryAsync<T>(
        this LoginDatabase database,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        var rows = new List<T>();
        await using var command = Command(database, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>The command has no timeout: a scan of a large table takes long, and the caller can cancel it.</summary>
    private static NpgsqlCommand Command(LoginDatabase database, string sql, NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, database.Connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        return command;
    }
}
