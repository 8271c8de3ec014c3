using FetchEtl.Migrations;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>A database that is made once for all tests of this process. Each test gets a copy of its own.</summary>
internal sealed class StoreTemplate
{
    private readonly Lazy<Task<PostgresDatabase>> _made;

    private StoreTemplate(Func<Task<PostgresDatabase>> create, Func<string, Task> prepare) => _made = new(async () =>
    {
        var database = await create();
        await prepare(database.ConnectionString);
        database.CloseConnections();
        if (Environment.GetEnvironmentVariable(PostgresServer.Variable) is { Length: > 0 })
        {
            // That server outlives this process.
            AppDomain.CurrentDomain.ProcessExit += (_, _) => database.DisposeAsync().AsTask().Wait();
        }

        return database;
    });

    /// <summary>A migrated database.</summary>
    public static StoreTemplate Migrated { get; } =
        new(PostgresDatabase.CreateAsync, connectionString => LoginMigrations.MigrateAsync(connectionString));

    /// <summary>A migrated database whose table is partitioned.</summary>
    public static StoreTemplate Partitioned { get; } = new(Migrated.CopyAsync, PartitionedStore.ConvertAsync);

    public async Task<PostgresDatabase> CopyAsync() => await (await _made.Value).CopyAsync();
}
