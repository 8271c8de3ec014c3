using FetchEtl.Local;

namespace FetchEtl.Testing;

/// <summary>
/// The server that the tests of this process share: the one that the environment variable
/// <c>ConnectionStrings__Logins</c> names, else a private one, which starts at first use and ends with the process.
/// </summary>
public static class PostgresServer
{
    /// <summary>The environment variable that names a server. Its user needs the right to create databases.</summary>
    public const string Variable = "ConnectionStrings__Logins";

    private static readonly Lazy<Task<string>> Shared = new(StartAsync);

    /// <summary>The private server, if there is one.</summary>
    private static LocalPostgres? _server;

    /// <summary>The connection string to the database of the server from which tests create others.</summary>
    /// <exception cref="LocalPostgresException">There is neither server. The message says what to install.</exception>
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

    // The result files contain the line. The console shows it from normal verbosity on.
    private static void Say(string line) => Console.WriteLine($"PostgreSQL: {line}");
}
