using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>The statements of a conversion, on one connection. A test can end it before any of them.</summary>
/// <param name="connection">An open connection.</param>
/// <param name="schema">The schema of the tables, quoted for SQL.</param>
/// <param name="beforeStatement">Called with each statement; it may throw.</param>
internal sealed class ConversionSession(
    NpgsqlConnection connection, string schema, Action<string>? beforeStatement = null)
{
    public string Schema => schema;

    public NpgsqlParameter Old => Name("old", "user_logins");

    public NpgsqlParameter Target => Name("target", ConversionSql.Target);

    public string Qualified(string table) => $"{schema}.{table}";

    public NpgsqlParameter<string> Name(string parameter, string table) => new(parameter, Qualified(table));

    public async Task<bool> ExistsAsync(string table, CancellationToken cancellationToken) =>
        (await QueryAsync(
            "SELECT pg_catalog.to_regclass(@table) IS NOT NULL",
            static reader => reader.GetBoolean(0),
            cancellationToken,
            Name("table", table))).Single();

    /// <summary>Revokes all rights on a table from all roles but its owner.</summary>
    public async Task RevokeAsync(string table, CancellationToken cancellationToken) =>
        await ExecuteEachAsync(
            await ReadAsync(CarriedOver.Revokes, cancellationToken, Name("old", table), Name("target", table)),
            cancellationToken);

    public Task ExecuteAsync(
        string sql, CancellationToken cancellationToken, params IReadOnlyList<NpgsqlParameter> parameters) =>
        QueryAsync(sql, static _ => 0, cancellationToken, parameters);

    /// <summary>Runs the statements that a query returns.</summary>
    public async Task ExecuteEachAsync(IEnumerable<string> statements, CancellationToken cancellationToken)
    {
        foreach (var statement in statements)
        {
            await ExecuteAsync(statement, cancellationToken);
        }
    }

    /// <summary>Reads a column of texts.</summary>
    public Task<List<string>> ReadAsync(
        string sql, CancellationToken cancellationToken, params IReadOnlyList<NpgsqlParameter> parameters) =>
        QueryAsync(sql, static reader => reader.GetString(0), cancellationToken, parameters);

    public async Task<List<T>> QueryAsync<T>(
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken,
        params IReadOnlyList<NpgsqlParameter> parameters)
    {
        beforeStatement?.Invoke(sql);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Runs work in a transaction, which is rolled back where it fails.</summary>
    public async Task<T> InTransactionAsync<T>(
        System.Data.IsolationLevel level, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(level, cancellationToken);
        var result = await work();
        beforeStatement?.Invoke("COMMIT");
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}
