using Npgsql;

namespace FetchEtl.Testing;

/// <summary>A database that is created once for all tests of this process. Each test gets a copy of its own.</summary>
public sealed class DatabaseTemplate
{
    private readonly Lazy<Task<PostgresDatabase>> _made;

    /// <param name="create">Creates the database.</param>
    /// <param name="prepare">Fills it, given its connection string.</param>
    public DatabaseTemplate(Func<Task<PostgresDatabase>> create, Func<string, Task> prepare) => _made = new(async () =>
    {
        var database = await create();
        await prepare(database.ConnectionString);
        database.CloseConnections();
        if (Environment.GetEnvironmentVariable(PostgresServer.Variable) is { Length: > 0 })
        {
            // That server outlives this process.
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Drop(database);
        }

        return database;
    });

    public async Task<PostgresDatabase> CopyAsync() => await (await _made.Value).CopyAsync();

    private static void Drop(PostgresDatabase database)
    {
        try
        {
            database.DisposeAsync().AsTask().Wait();
        }
        catch (AggregateException exception) when (exception.InnerException is NpgsqlException)
        {
            // The server is away. An exception here would end the tests with an error.
        }
    }
}
