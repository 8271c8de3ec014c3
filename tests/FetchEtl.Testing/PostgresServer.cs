using FetchEtl.Local;

namespace FetchEtl.Testing;

/// <summary>
/// The server that this process's tests share: the one named by the environment variable
/// <c>ConnectionStrings__Logins</c>, else a private one, started at first use and gone with the process.
/// </summary>
public static class PostgresServer
{
    /// <summary>The environment variable that names a server; its user must be allowed to create databases.</summary>
    public const string Variable = "ConnectionStrings__Logins";

    private static readonly Lazy<Task<string>> Shared = new(StartAsync);

    /// <summary>Held, since a private server ends with the object that started it.</summary>
    private static LocalPostgres? _server;

    /// <summary>The connection string to the server's own database, from which others are made.</summary>
    /// <exception cref="LocalPostgresException">There is neither; the message says what to install.</exception>
    public static Task<string> ConnectionStringAsync() => Shared.Value;

    private static async Task<string> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            Say($"tests use the PostgreSQL named by {Variable}.");
            return given;
        }

        var server = _server = await LocalPostgres.StartAsync(new LocalPostgresOptions { Notice = Say });
        Say($"tests use a private PostgreSQL {server.ServerVersion}.");
        return server.ConnectionString;
    }

    // The result files keep it; on the console it shows from normal verbosity on.
    private static void Say(string line) => Console.WriteLine($"PostgreSQL: {line}");
}
