using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>Statements beside the EF model, on a context's connection and in its transaction, and conditions on masks.</summary>
internal static class LiftSql
{
    /// <summary>The condition that a column holds a mask of any generation, as <see cref="Mask.TryParse"/> says.</summary>
    public static string IsMask(string column) => IsMaskOf(column, "[1-9][0-9]{0,3}");

    /// <summary>The condition that a column holds a mask of a generation before this one.</summary>
    public static string IsOlderMask(string column, int generation) =>
        generation == 1 ? "false" : IsMaskOf(column, $"({string.Join('|', Enumerable.Range(1, generation - 1))})");

    /// <summary>The condition that a column holds 64 hex digits, as SHA-256 methods leave them.</summary>
    public static string IsHash(string column) => $"(length({column}) = 64 AND {column} COLLATE \"C\" ~ '^[0-9a-fA-F]+$')";

    public static NpgsqlParameter Parameter<T>(string name, T value, string? type = null) =>
        type is null ? new NpgsqlParameter<T>(name, value) : new NpgsqlParameter<T>(name, value) { DataTypeName = type };

    public static async Task<int> ExecuteAsync(
        this LoginDbContext database, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = Command(database, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<List<T>> QueryAsync<T>(
        this LoginDbContext database, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
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

    /// <summary>The digits are counted apart: as a part of the pattern, {64} takes ten times as long as +.</summary>
    private static string IsMaskOf(string column, string generations) =>
        $"({column} COLLATE \"C\" ~ '^{generations}:[0-9a-f]+$' AND length({column}) - strpos({column} COLLATE \"C\", ':') = 64)";

    /// <summary>Without a timeout: a scan of a large table takes its time, and whoever waits can cancel.</summary>
    private static NpgsqlCommand Command(LoginDbContext database, string sql, NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)database.Database.GetDbConnection()) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        return command;
    }
}
