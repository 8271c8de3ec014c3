using System.Security.Cryptography;
using FetchEtl.Local;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>
/// A database for one demo, dropped at its end. It is on a private server, or on the server that the settings name.
/// So rows under a throwaway key never reach a table in use.
/// </summary>
internal sealed class DemoDatabase : IAsyncDisposable
{
    private readonly LocalPostgres? _server;
    private readonly string? _administration;
    private readonly string? _name;

    private DemoDatabase(
        string connectionString,
        string description,
        LocalPostgres? server,
        string? administration,
        string? name)
    {
        ConnectionString = connectionString;
        Description = description;
        _server = server;
        _administration = administration;
        _name = name;
    }

    public string ConnectionString { get; }

    public string Description { get; }

    /// <param name="connectionString">A server to use; null for a private one.</param>
    /// <param name="notice">Receives a line when PostgreSQL must be installed first.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<DemoDatabase> CreateAsync(
        string? connectionString,
        Action<string> notice,
        CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(connectionString))
        {
            var server = await LocalPostgres.StartAsync(
                new LocalPostgresOptions { Notice = notice },
                cancellationToken);
            return new DemoDatabase(
                server.ConnectionString,
                $"Private PostgreSQL {server.ServerVersion}",
                server,
                null,
                null);
        }

        var name = $"fetch_etl_demo_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        await ExecuteAsync(connectionString, $"CREATE DATABASE {name}", cancellationToken);
        var own = new NpgsqlConnectionStringBuilder(connectionString) { Database = name };

        return new DemoDatabase(
            own.ConnectionString,
            $"PostgreSQL at ConnectionStrings:Logins, in the demo's own database {name}",
            null,
            connectionString,
            name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
        else
        {
            await ExecuteAsync(_administration!, $"DROP DATABASE {_name} WITH (FORCE)", CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(
        string connectionString,
        string statement,
        CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(statement);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
