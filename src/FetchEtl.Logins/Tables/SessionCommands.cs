using Npgsql;

namespace FetchEtl.Logins;

/// <summary>Runs statements in a session.</summary>
internal static class SessionCommands
{
    /// <summary>Runs a statement that returns no rows.</summary>
    /// <returns>The number of rows that it changed.</returns>
    public static async Task<int> ExecuteAsync(
        this LoginDatabase database,
        string sql,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        await using var command = await CreateAsync(database, sql, parameters, cancellationToken);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs a query.</summary>
    /// <returns>What <paramref name="read"/> returns for each row.</returns>
    public static async Task<List<T>> QueryAsync<T>(
        this LoginDatabase database,
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params NpgsqlParameter[] parameters)
    {
        var rows = new List<T>();
        await using var command = await CreateAsync(database, sql, parameters, cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static async Task<NpgsqlCommand> CreateAsync(
        LoginDatabase database, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await database.RequireOpenAsync(cancellationToken);
        var command = new NpgsqlCommand(sql, database.Connection);
        command.Parameters.AddRange(parameters);
        return command;
    }
}
