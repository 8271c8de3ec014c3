using Npgsql;

namespace FetchEtl.Testing;

/// <summary>
/// A new empty database on <see cref="PostgresServer"/>. A dispose drops it and closes its connections.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly string _server;
    private readonly string _name;
    private readonly List<string> _roles = [];

    private PostgresDatabase(string server, string name)
    {
        _server = server;
        _name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
    }

    /// <summary>Npgsql's connection string to the database.</summary>
    public string ConnectionString { get; }

    /// <summary>Creates a database, within some tens of milliseconds once the server runs.</summary>
    public static async Task<PostgresDatabase> CreateAsync() =>
        await CreateAsync(await PostgresServer.ConnectionStringAsync(), "template0");

    /// <summary>
    /// Creates a database with what is in this one, as fast as an empty one. No session may be connected to this one.
    /// </summary>
    public Task<PostgresDatabase> CopyAsync() => CreateAsync(_server, _name);

    /// <summary>
    /// Closes the connections that this process keeps open to the database, so that it can be copied.
    /// </summary>
    public void CloseConnections()
    {
        using var pooled = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(pooled);
    }

    /// <summary>Creates a role that can log in and has only these rights. It is dropped with the database.</summary>
    /// <param name="grants">The rights, each as GRANT writes it before TO, as in <c>SELECT ON user_logins</c>.</param>
    /// <returns>The role's name, and Npgsql's connection string for it.</returns>
    public async Task<(string Name, string ConnectionString)> CreateRoleAsync(params string[] grants)
    {
        var role = $"fetch_etl_{Guid.NewGuid():N}";
        await ExecuteAsync(ConnectionString, $"CREATE ROLE {role} LOGIN PASSWORD 'role'");
        _roles.Add(role);
        foreach (var grant in grants)
        {
            await ExecuteAsync(ConnectionString, $"GRANT {grant} TO {role}");
        }

        var login = new NpgsqlConnectionStringBuilder(ConnectionString) { Username = role, Password = "role" };
        return (role, login.ConnectionString);
    }

    /// <summary>Drops the database.</summary>
    public async ValueTask DisposeAsync()
    {
        CloseConnections();
        await ExecuteAsync(_server, $"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
        foreach (var role in _roles)
        {
            await ExecuteAsync(_server, $"DROP ROLE {role}");
        }
    }

    private static async Task<PostgresDatabase> CreateAsync(string server, string template)
    {
        var name = $"fetch_etl_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE {template}");
        return new PostgresDatabase(server, name);
    }

    /// <summary>Waits longer than PostgreSQL, which gives a database's sessions 5 s to end.</summary>
    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await command.ExecuteNonQueryAsync();
                return;
            }
            catch (PostgresException exception)
                when (exception.SqlState == PostgresErrorCodes.ObjectInUse && attempt < 10)
            {
                // A terminated session had no processor time in these 5 s.
            }
        }
    }
}
