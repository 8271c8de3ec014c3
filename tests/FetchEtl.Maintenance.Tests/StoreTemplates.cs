using FetchEtl.Migrations;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>The databases that tests copy.</summary>
internal static class StoreTemplates
{
    /// <summary>A migrated database.</summary>
    public static DatabaseTemplate Migrated { get; } =
        new(PostgresDatabase.CreateAsync, connectionString => LoginMigrations.MigrateAsync(connectionString));

    /// <summary>A migrated database whose table is partitioned.</summary>
    public static DatabaseTemplate Partitioned { get; } = new(Migrated.CopyAsync, PartitionedStore.ConvertAsync);
}
